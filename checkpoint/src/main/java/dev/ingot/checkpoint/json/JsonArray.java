package dev.ingot.checkpoint.json;

import java.util.List;
import java.util.Optional;

/** A JSON array. */
public record JsonArray(List<JsonValue> values) implements JsonValue {
    public JsonArray {
        values = List.copyOf(values);
    }

    /** All members as strings, or empty when one is something else. */
    public Optional<List<String>> texts() {
        return values.stream().allMatch(JsonText.class::isInstance)
                ? Optional.of(
                        values.stream().map(value -> ((JsonText) value).value()).toList())
                : Optional.empty();
    }

    /** All members as whole numbers, or empty when one is something else. */
    public Optional<List<Long>> wholes() {
        return values.stream().allMatch(value -> value instanceof JsonNumber number && number.isWhole())
                ? Optional.of(values.stream()
                        .map(value -> ((JsonNumber) value).asLong())
                        .toList())
                : Optional.empty();
    }
}
