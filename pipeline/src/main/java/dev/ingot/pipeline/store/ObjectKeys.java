package dev.ingot.pipeline.store;

import java.util.regex.Pattern;

/**
 * The form of a key that every store holds: segments of 1 to 255 letters, digits, {@code . _ -}, none of them {@code .} or {@code ..},
 * joined by {@code /}, 1024 characters at most. A key of another form is a mistake of ours, hence IllegalArgumentException.
 */
public final class ObjectKeys {
    private static final Pattern SEGMENT = Pattern.compile("[A-Za-z0-9._-]{1,255}");
    private static final int MAX_LENGTH = 1024;

    private ObjectKeys() {}

    /** Returns the key when it has the form of one. */
    public static String require(String key) {
        if (key.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "key '" + key + "' has " + key.length() + " characters, expected at most " + MAX_LENGTH);
        }
        for (String segment : key.split("/", -1)) {
            if (!SEGMENT.matcher(segment).matches() || segment.equals(".") || segment.equals("..")) {
                throw new IllegalArgumentException("key '" + key + "' has the segment '" + segment
                        + "', expected 1 to 255 of A-Z, a-z, 0-9, '.', '_' and '-', and not '.' or '..'");
            }
        }
        return key;
    }

    /** Returns the prefix when it is empty or a key with a {@code /} after it. */
    public static String requirePrefix(String prefix) {
        if (prefix.isEmpty()) {
            return prefix;
        }
        if (!prefix.endsWith("/")) {
            throw new IllegalArgumentException("prefix '" + prefix + "' does not end in '/'");
        }
        require(prefix.substring(0, prefix.length() - 1));
        return prefix;
    }
}
