package dev.ingot.validate.family;

import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonObject;
import java.util.List;
import java.util.Optional;

/** Which layers see only the last {@code sliding_window} positions. {@code layer_types} of config.json goes before the family's habit. */
public enum WindowRule {
    /** Every layer sees everything, whatever the config says. */
    NEVER,
    /** Every layer, where the config has a window. */
    EVERY_LAYER,
    /** Where {@code use_sliding_window} is set: the layers from {@code max_window_layers} on. */
    UPPER_LAYERS,
    /** Layers 0, 2, 4 and so on. */
    EVEN_LAYERS,
    /** All but every sixth, or every {@code sliding_window_pattern}th. */
    ALL_BUT_EVERY_NTH;

    /** Window of one layer, or 0 where it sees everything. */
    int windowOf(JsonObject config, int layer) {
        return isSliding(config, layer)
                ? config.integer("sliding_window").map(Math::toIntExact).orElse(0)
                : 0;
    }

    boolean isSliding(JsonObject config, int layer) {
        Optional<List<String>> types = config.array("layer_types").flatMap(JsonArray::texts);
        if (this != NEVER && types.filter(names -> names.size() > layer).isPresent()) {
            return types.get().get(layer).equals("sliding_attention");
        }
        return switch (this) {
            case NEVER -> false;
            case EVERY_LAYER -> true;
            case UPPER_LAYERS ->
                config.bool("use_sliding_window").orElse(false)
                        && layer >= config.integer("max_window_layers").orElse(28L);
            case EVEN_LAYERS -> layer % 2 == 0;
            case ALL_BUT_EVERY_NTH ->
                (layer + 1) % config.integer("sliding_window_pattern").orElse(6L) != 0;
        };
    }
}
