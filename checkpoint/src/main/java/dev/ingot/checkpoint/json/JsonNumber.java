package dev.ingot.checkpoint.json;

/** A JSON number as its text ({@code 1e-06} stays {@code 1e-06}); Python's NaN and Infinity literals included. */
public record JsonNumber(String text) implements JsonValue {
    public static JsonNumber of(long value) {
        return new JsonNumber(Long.toString(value));
    }

    public double asDouble() {
        return switch (text) {
            case "NaN" -> Double.NaN;
            case "Infinity", "+Infinity", "INF", "+INF" -> Double.POSITIVE_INFINITY;
            case "-Infinity", "-INF" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }

    /** Whether the text is a whole number within 64 bits, without fraction or exponent; {@code -0} is the fraction's zero, as serde reads it. */
    public boolean isWhole() {
        try {
            Long.parseLong(text);
            return !text.equals("-0");
        } catch (NumberFormatException e) {
            return false;
        }
    }

    /** The whole number; NumberFormatException when {@link #isWhole()} is false. */
    public long asLong() {
        return Long.parseLong(text);
    }
}
