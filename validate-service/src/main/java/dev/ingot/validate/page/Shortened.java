package dev.ingot.validate.page;

/** Text cut to the room that a figure has; the full text stands in a table beside it. */
final class Shortened {
    private Shortened() {}

    /** At most {@code length} characters, the last of them an ellipsis where something was cut. */
    static String to(int length, String text) {
        return text.codePointCount(0, text.length()) <= length
                ? text
                : text.substring(0, text.offsetByCodePoints(0, length - 1)) + "…";
    }

    /** The end of a text that is longer than {@code length} characters, an ellipsis before it. */
    static String toLast(int length, String text) {
        int all = text.codePointCount(0, text.length());
        return all <= length ? text : "…" + text.substring(text.offsetByCodePoints(0, all - length + 1));
    }
}
