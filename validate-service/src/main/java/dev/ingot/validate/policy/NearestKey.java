package dev.ingot.validate.policy;

import dev.ingot.checkpoint.names.NearestNames;
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
                        NearestNames.edits(path, key),
                        path.contains(".") || !key.contains(".")
                                ? Integer.MAX_VALUE
                                : 1 + NearestNames.edits(path, key.substring(key.indexOf('.') + 1)))))
                .orElseThrow();
    }
}
