package dev.ingot.checkpoint.names;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Names that are most like one that was not found, for refusals. */
public final class NearestNames {
    private static final int SHOWN = 2;

    private NearestNames() {}

    /** Up to two: those that have most segments in common with it, at the end before at the beginning. */
    public static List<String> of(String name, Collection<String> among) {
        String[] wanted = name.split("\\.", -1);
        return among.stream()
                .sorted(Comparator.comparingInt((String other) -> -common(wanted, other.split("\\.", -1)))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(SHOWN)
                .toList();
    }

    private static int common(String[] one, String[] other) {
        int length = Math.min(one.length, other.length);
        int behind = 0;
        while (behind < length && one[one.length - 1 - behind].equals(other[other.length - 1 - behind])) {
            behind++;
        }
        int before = 0;
        while (before < length - behind && one[before].equals(other[before])) {
            before++;
        }
        return 2 * behind + before;
    }
}
