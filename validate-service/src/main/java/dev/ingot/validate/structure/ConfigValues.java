package dev.ingot.validate.structure;

import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonValue;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Values of a config.json, however they are written: {@code 1e-05} is {@code 0.00001}, and an object has no order. */
final class ConfigValues {
    private ConfigValues() {}

    static boolean same(JsonValue one, JsonValue other) {
        return normal(one).equals(normal(other));
    }

    /** The value with every number as a double writes it and members in order. */
    static JsonValue normal(JsonValue value) {
        return switch (value) {
            case JsonNumber number -> new JsonNumber(Double.toString(number.asDouble()));
            case JsonArray array ->
                new JsonArray(array.values().stream().map(ConfigValues::normal).toList());
            case JsonObject object -> {
                Map<String, JsonValue> members = new LinkedHashMap<>();
                new TreeMap<>(object.members()).forEach((name, member) -> members.put(name, normal(member)));
                yield new JsonObject(members);
            }
            default -> value;
        };
    }
}
