package dev.ingot.checkpoint.names;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Names that are most like one that was not found, for refusals. */
public final class NearestNames {
    private static final int SHOWN = 2;
    private static final int MAX_EDITS = 2;
    private static final int SAME = 4;
    private static final int ALIKE = 3;

    private NearestNames() {}

    /**
     * Up to two: those that have most segments in common with it, at the end before at the beginning, a segment with letters exchanged, left out or too many
     * counting a little less than the segment itself; of equals the one with the fewest letters changed.
     */
    public static List<String> of(String name, Collection<String> among) {
        String[] wanted = name.split("\\.", -1);
        Map<String, Integer> common = new HashMap<>();
        among.forEach(other -> common.put(other, common(wanted, other.split("\\.", -1))));
        int least = common.values().stream()
                .sorted(Comparator.reverseOrder())
                .limit(SHOWN)
                .reduce((_, last) -> last)
                .orElse(0);
        return among.stream()
                .filter(other -> common.get(other) >= least)
                .sorted(Comparator.comparing((String other) -> common.get(other), Comparator.reverseOrder())
                        .thenComparingInt((String other) -> edits(name, other))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(SHOWN)
                .toList();
    }

    private static int common(String[] one, String[] other) {
        int length = Math.min(one.length, other.length);
        int found = 0;
        int behind = 0;
        for (; behind < length; behind++) {
            int likeness = likeness(one[one.length - 1 - behind], other[other.length - 1 - behind]);
            if (likeness == 0) {
                break;
            }
            found += 2 * likeness;
        }
        for (int before = 0; before < length - behind; before++) {
            int likeness = likeness(one[before], other[before]);
            if (likeness == 0) {
                break;
            }
            found += likeness;
        }
        return found;
    }

    /** Numbers are another layer's where they differ at all. */
    private static int likeness(String one, String other) {
        if (one.equals(other)) {
            return SAME;
        }
        boolean number =
                one.chars().allMatch(Character::isDigit) || other.chars().allMatch(Character::isDigit);
        int limit = Math.min(MAX_EDITS, (Math.min(one.length(), other.length()) - 1) / 2);
        return !number && Math.abs(one.length() - other.length()) <= limit && edits(one, other) <= limit ? ALIKE : 0;
    }

    /** How far apart two words are: how many letters have to be put in, left out, replaced, or exchanged with their neighbour, none of them twice. */
    public static int edits(String one, String other) {
        int[] before = new int[other.length() + 1];
        int[] row = new int[other.length() + 1];
        Arrays.setAll(row, i -> i);
        for (int i = 1; i <= one.length(); i++) {
            int[] next = new int[other.length() + 1];
            next[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int replaced = row[j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                next[j] = Math.min(replaced, 1 + Math.min(row[j], next[j - 1]));
                boolean exchanged = i > 1
                        && j > 1
                        && one.charAt(i - 1) == other.charAt(j - 2)
                        && one.charAt(i - 2) == other.charAt(j - 1);
                next[j] = exchanged ? Math.min(next[j], before[j - 2] + 1) : next[j];
            }
            before = row;
            row = next;
        }
        return row[other.length()];
    }
}
