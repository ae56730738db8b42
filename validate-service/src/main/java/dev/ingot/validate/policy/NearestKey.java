package dev.ingot.validate.policy;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.Stream;

/** The key, or section of keys, that somebody meant: the one with the fewest letters changed, its section counted only where it is written. */
final class NearestKey {
    private NearestKey() {}

    static String of(String path) {
        return Arrays.stream(PolicyKey.values())
                .flatMap(key -> Stream.of(key.path(), key.section()))
                .filter(key -> !key.isEmpty())
                .min(Comparator.comparingInt((String key) -> Math.min(
                        edits(path, key),
                        path.contains(".") || !key.contains(".")
                                ? Integer.MAX_VALUE
                                : 1 + edits(path, key.substring(key.indexOf('.') + 1)))))
                .orElseThrow();
    }

    /** Levenshtein's distance: letters that are inserted, dropped or exchanged. */
    private static int edits(String one, String other) {
        int[] row = new int[other.length() + 1];
        Arrays.setAll(row, i -> i);
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int exchanged = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(exchanged, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[other.length()];
    }
}
