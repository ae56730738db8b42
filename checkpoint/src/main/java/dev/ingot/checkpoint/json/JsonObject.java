package dev.ingot.checkpoint.json;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A JSON object in the order of its text. Typed access gives empty for an absent member, for null, and for another type. */
public record JsonObject(Map<String, JsonValue> members) implements JsonValue {
    public JsonObject {
        members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
    }

    public static JsonObject empty() {
        return new JsonObject(Map.of());
    }

    public boolean has(String name) {
        return members.containsKey(name);
    }

    public Optional<JsonValue> get(String name) {
        return Optional.ofNullable(members.get(name));
    }

    public Optional<String> text(String name) {
        return members.get(name) instanceof JsonText text ? Optional.of(text.value()) : Optional.empty();
    }

    public Optional<Long> integer(String name) {
        return members.get(name) instanceof JsonNumber number && number.isWhole()
                ? Optional.of(number.asLong())
                : Optional.empty();
    }

    public Optional<Double> number(String name) {
        return members.get(name) instanceof JsonNumber number ? Optional.of(number.asDouble()) : Optional.empty();
    }

    public Optional<Boolean> bool(String name) {
        return members.get(name) instanceof JsonBool bool ? Optional.of(bool.value()) : Optional.empty();
    }

    public Optional<JsonObject> object(String name) {
        return members.get(name) instanceof JsonObject object ? Optional.of(object) : Optional.empty();
    }

    public Optional<JsonArray> array(String name) {
        return members.get(name) instanceof JsonArray array ? Optional.of(array) : Optional.empty();
    }

    /** A copy with the member at {@code path} set; missing objects on the way are made. A new member goes to the end. */
    public JsonObject with(List<String> path, JsonValue value) {
        Map<String, JsonValue> copy = new LinkedHashMap<>(members);
        String head = path.getFirst();
        copy.put(head, path.size() == 1 ? value : object(head).orElse(empty()).with(rest(path), value));
        return new JsonObject(copy);
    }

    /** A copy without the member at {@code path}; unchanged when there is none. */
    public JsonObject without(List<String> path) {
        Map<String, JsonValue> copy = new LinkedHashMap<>(members);
        String head = path.getFirst();
        if (path.size() == 1) {
            copy.remove(head);
        } else {
            object(head).ifPresent(inner -> copy.put(head, inner.without(rest(path))));
        }
        return new JsonObject(copy);
    }

    private static List<String> rest(List<String> path) {
        return path.subList(1, path.size());
    }
}
