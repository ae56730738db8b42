package dev.ingot.validate.page;

/**
 * Makes text from outside harmless: HTML's special characters become references, and characters that one cannot see but that change how the
 * rest reads (controls, direction overrides) are shown by their code point.
 */
final class Escaped {
    private Escaped() {}

    /** For element content and for attribute values in either kind of quotes. */
    static String html(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        visible(text).codePoints().forEach(point -> appendHtml(out, point));
        return out.toString();
    }

    /** The text with every invisible character spelled out: {@code [U+202E]}. Line feeds and tabs stay. */
    static String visible(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            if (isInvisible(point)) {
                out.append("[U+%04X]".formatted(point));
            } else {
                out.appendCodePoint(point);
            }
        });
        return out.toString();
    }

    private static boolean isInvisible(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL -> point != '\n' && point != '\t';
            case Character.FORMAT,
                    Character.SURROGATE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }

    private static void appendHtml(StringBuilder out, int point) {
        switch (point) {
            case '<' -> out.append("&lt;");
            case '>' -> out.append("&gt;");
            case '&' -> out.append("&amp;");
            case '"' -> out.append("&quot;");
            case '\'' -> out.append("&#39;");
            default -> out.appendCodePoint(point);
        }
    }
}
