package dev.ingot.ingest;

import java.util.Comparator;

/** Orders tensor names by segments, runs of digits as numbers: layer 2 before layer 10. Total: equal only for equal names. */
enum NaturalOrder implements Comparator<String> {
    INSTANCE;

    @Override
    public int compare(String left, String right) {
        String[] a = left.split("\\.", -1);
        String[] b = right.split("\\.", -1);
        for (int i = 0; i < Math.min(a.length, b.length); i++) {
            int order = segment(a[i], b[i]);
            if (order != 0) {
                return order;
            }
        }
        return a.length != b.length ? Integer.compare(a.length, b.length) : left.compareTo(right);
    }

    private static int segment(String a, String b) {
        if (!isNumber(a) || !isNumber(b)) {
            return a.compareTo(b);
        }
        int byValue = Long.compare(Long.parseLong(a), Long.parseLong(b));
        return byValue != 0 ? byValue : a.compareTo(b);
    }

    private static boolean isNumber(String segment) {
        return !segment.isEmpty() && segment.length() <= 18 && segment.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
