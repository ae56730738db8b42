package dev.ingot.ingest;

import java.util.Comparator;

/**
 * Orders tensor names by segments, numbers before text and by their values: layer 2 before layer 10. Total: equal only for equal names.
 */
enum NaturalOrder implements Comparator<String> {
    INSTANCE;

    /** Names mostly begin alike, and what is alike up to a dot needs no second look. */
    @Override
    public int compare(String left, String right) {
        int length = Math.min(left.length(), right.length());
        int start = 0;
        int at = 0;
        while (at < length && left.charAt(at) == right.charAt(at)) {
            if (left.charAt(at++) == '.') {
                start = at;
            }
        }
        if (at == left.length() && at == right.length()) {
            return 0;
        }
        int order = segments(left, start, end(left, start), right, start, end(right, start));
        return order != 0 ? order : left.compareTo(right);
    }

    private static int segments(String left, int from, int to, String right, int begin, int end) {
        boolean number = isNumber(left, from, to);
        if (number != isNumber(right, begin, end)) {
            return number ? -1 : 1;
        }
        String a = left.substring(from, to);
        String b = right.substring(begin, end);
        int byValue = number ? compareNumbers(a, b) : 0;
        return byValue != 0 ? byValue : a.compareTo(b);
    }

    /** Of any length: without leading zeros, the longer one is larger. */
    private static int compareNumbers(String left, String right) {
        String a = left.substring(leadingZeros(left));
        String b = right.substring(leadingZeros(right));
        return a.length() != b.length() ? Integer.compare(a.length(), b.length()) : a.compareTo(b);
    }

    private static int leadingZeros(String number) {
        int zeros = 0;
        while (zeros < number.length() && number.charAt(zeros) == '0') {
            zeros++;
        }
        return zeros;
    }

    private static int end(String name, int from) {
        int dot = name.indexOf('.', from);
        return dot < 0 ? name.length() : dot;
    }

    private static boolean isNumber(String name, int from, int to) {
        for (int i = from; i < to; i++) {
            if (name.charAt(i) < '0' || name.charAt(i) > '9') {
                return false;
            }
        }
        return from < to;
    }
}
