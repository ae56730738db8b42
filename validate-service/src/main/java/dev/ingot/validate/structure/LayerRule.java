package dev.ingot.validate.structure;

import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonNull;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a config class derives a list with an entry per layer ({@code layer_types}) where config.json has none.
 *
 * @param json {@code first} layers of their own, then a {@code cycle}, perhaps a {@code last} one; {@code by} the member that moves the change, and what
 *     stands before and behind it; {@code unless} the members with which all this is not known
 * @param usual what the class says of members that are left out
 */
record LayerRule(JsonObject json, JsonObject usual) {
    /** The list of a config; empty where what it says is more than the rule knows. */
    Optional<JsonArray> list(JsonObject config, int layers) {
        if (values("unless").stream()
                .anyMatch(member -> member instanceof JsonText text && saysOtherwise(config, text.value()))) {
            return Optional.empty();
        }
        Optional<JsonObject> by = json.object("by");
        List<JsonValue> values = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            int at = layer;
            values.add(by.flatMap(step -> stepped(step, config, at)).orElseGet(() -> cycled(at, layers)));
        }
        return Optional.of(new JsonArray(values));
    }

    private boolean saysOtherwise(JsonObject config, String member) {
        Optional<JsonValue> said = config.get(member).filter(value -> !(value instanceof JsonNull));
        return said.isPresent()
                && !ConfigValues.same(said.get(), usual.get(member).orElseGet(JsonNull::new));
    }

    private Optional<JsonValue> stepped(JsonObject by, JsonObject config, int layer) {
        Optional<Boolean> behind = by.text("every")
                .flatMap(config::integer)
                .filter(every -> every > 0)
                .map(every -> (layer + 1) % every == 0)
                .or(() -> by.text("from").flatMap(config::integer).map(from -> layer >= from))
                .or(() -> by.text("window").flatMap(member -> windowed(config, member, layer)));
        return behind.flatMap(yes -> by.get(yes ? "then" : "else"));
    }

    private Optional<Boolean> windowed(JsonObject config, String member, int layer) {
        boolean used = config.bool("use_sliding_window")
                .orElse(usual.bool("use_sliding_window").orElse(false));
        boolean wide = config.integer("sliding_window")
                .or(() -> usual.integer("sliding_window"))
                .isPresent();
        Optional<Long> from = config.integer(member).or(() -> usual.integer(member));
        return used && wide ? from.map(first -> layer >= first) : Optional.empty();
    }

    private JsonValue cycled(int layer, int layers) {
        List<JsonValue> first = values("first");
        List<JsonValue> cycle = values("cycle");
        Optional<JsonValue> last = json.get("last");
        if (layer == layers - 1 && last.isPresent()) {
            return last.get();
        }
        return layer < first.size() ? first.get(layer) : cycle.get((layer - first.size()) % cycle.size());
    }

    private List<JsonValue> values(String name) {
        return json.array(name).map(JsonArray::values).orElse(List.of());
    }
}
