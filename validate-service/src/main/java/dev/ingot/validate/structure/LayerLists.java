package dev.ingot.validate.structure;

import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The lists of a config that have an entry per layer, as it gives them or as its class makes them where it leaves them out. */
final class LayerLists {
    static final List<String> MEMBERS = List.of("layer_types", "mlp_layer_types", "no_rope_layers");

    /** Older names, which transformers 5 writes anew. */
    private static final Map<String, String> RENAMED = Map.of(
            "mamba", "linear_attention",
            "attention", "full_attention",
            "deepseek_sparse_attention", "indexed_attention",
            "qwen_sparse_attention", "indexed_attention");

    private LayerLists() {}

    /** Faults as sentences, of configs of the same depth. */
    static List<String> faults(JsonObject base, JsonObject merged) {
        List<String> faults = new ArrayList<>();
        for (String member : MEMBERS) {
            Optional<JsonArray> before = list(base, member);
            Optional<JsonArray> after = list(merged, member);
            boolean said =
                    base.array(member).isPresent() || merged.array(member).isPresent();
            if (said && before.isPresent() && after.isPresent() && !before.equals(after)) {
                faults.add("config.json %s another %s than the base: %s"
                        .formatted(
                                merged.array(member).isPresent() ? "has" : "leaves out its list and so means",
                                member,
                                difference(before.get().values(), after.get().values())));
            }
        }
        return faults;
    }

    private static String difference(List<JsonValue> before, List<JsonValue> after) {
        if (before.size() != after.size()) {
            return "%d layers instead of %d".formatted(after.size(), before.size());
        }
        int layer = 0;
        while (before.get(layer).equals(after.get(layer))) {
            layer++;
        }
        return "layer %d is %s instead of %s".formatted(layer, text(after.get(layer)), text(before.get(layer)));
    }

    private static String text(JsonValue value) {
        return value instanceof JsonText text ? text.value() : ConfigCheck.text(value);
    }

    /** Empty where the config gives none and its class's rule is not known. */
    private static Optional<JsonArray> list(JsonObject config, String member) {
        Optional<JsonArray> said = config.array(member)
                .map(list -> new JsonArray(
                        list.values().stream().map(LayerLists::renamed).toList()));
        return said.or(() -> derived(config, member));
    }

    private static JsonValue renamed(JsonValue value) {
        return value instanceof JsonText text
                ? new JsonText(RENAMED.getOrDefault(text.value(), text.value()))
                : ConfigValues.normal(value);
    }

    private static Optional<JsonArray> derived(JsonObject config, String member) {
        ConfigDefaults defaults = ConfigDefaults.of(config.text("model_type").orElse(""));
        Optional<Long> depth =
                config.integer("num_hidden_layers").or(() -> defaults.json().integer("num_hidden_layers"));
        return defaults.layers(member)
                .flatMap(rule -> depth.flatMap(layers -> rule.list(config, Math.toIntExact(layers))))
                .map(list -> new JsonArray(
                        list.values().stream().map(LayerLists::renamed).toList()));
    }
}
