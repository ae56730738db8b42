package dev.ingot.pipeline.signing;

import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** The order of signed files: by folder and name, each by code points, so that {@code sub/b} stands before {@code sub-a}. */
final class PathOrder {
    private static final Comparator<String> BY_CODE_POINTS = (one, other) ->
            Arrays.compare(one.codePoints().toArray(), other.codePoints().toArray());

    private PathOrder() {}

    static SequencedMap<String, String> sorted(Map<String, String> digests) {
        SequencedMap<String, String> sorted = new LinkedHashMap<>();
        digests.entrySet().stream()
                .sorted(Map.Entry.comparingByKey(PathOrder::compare))
                .forEach(file -> sorted.put(file.getKey(), file.getValue()));
        return sorted;
    }

    private static int compare(String one, String other) {
        List<String> left = List.of(one.split("/"));
        List<String> right = List.of(other.split("/"));
        for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
            int order = BY_CODE_POINTS.compare(left.get(i), right.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(left.size(), right.size());
    }
}
