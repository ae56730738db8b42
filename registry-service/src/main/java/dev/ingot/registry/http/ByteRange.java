package dev.ingot.registry.http;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The bytes of a file that an answer carries, {@code [first, first + length)}.
 *
 * @param partial whether this is less than was there, or asked for as a range
 */
record ByteRange(long first, long length, boolean partial) {
    private static final Pattern ONE_RANGE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

    static ByteRange whole(long size) {
        return new ByteRange(0, size, false);
    }

    /**
     * What a Range header asks for. A header that is not understood, or names several ranges, is ignored as HTTP allows; empty when it lies
     * beyond the end (416).
     */
    static Optional<ByteRange> of(String header, long size) {
        Matcher range = ONE_RANGE.matcher(header.strip());
        if (!range.matches() || range.group(1).isEmpty() && range.group(2).isEmpty()) {
            return Optional.of(whole(size));
        }
        return range.group(1).isEmpty() ? suffix(Long.parseLong(range.group(2)), size) : between(range, size);
    }

    private static Optional<ByteRange> suffix(long length, long size) {
        long taken = Math.min(length, size);
        return taken == 0 ? Optional.empty() : Optional.of(new ByteRange(size - taken, taken, true));
    }

    private static Optional<ByteRange> between(Matcher range, long size) {
        long first = Long.parseLong(range.group(1));
        long last = range.group(2).isEmpty() ? size - 1 : Math.min(Long.parseLong(range.group(2)), size - 1);
        if (!range.group(2).isEmpty() && Long.parseLong(range.group(2)) < first) {
            return Optional.of(whole(size));
        }
        return first >= size ? Optional.empty() : Optional.of(new ByteRange(first, last - first + 1, true));
    }

    /** {@code bytes 0-99/1234}. */
    String contentRange(long size) {
        return "bytes " + first + "-" + (first + length - 1) + "/" + size;
    }
}
