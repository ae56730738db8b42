package dev.ingot.validate.family;

import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonObject;
import java.util.Optional;

/** Which layers see only the last {@code sliding_window} positions. {@code layer_types} of config.json goes before the family's habit. */
public enum WindowRule {
    /** Every layer sees everything, whatever the config says. */
    NEVER,
    /** Every layer, where the config has a window. */
    EVERY_LAYER,
    /** Every layer, where {@code use_sliding_window} is set. */
    EVERY_LAYER_IF_USED,
    /** Where {@code use_sliding_window} is set: the layers from {@code max_window_layers} on. */
    UPPER_LAYERS,
    /** Where {@code use_sliding_window} is set: layers 0, 2, 4 and so on below {@code max_window_layers}. */
    LOWER_EVEN_LAYERS,
    /** Layers 0, 2, 4 and so on. */
    EVEN_LAYERS,
    /** All but every sixth, or every {@code sliding_window_pattern}th. */
    ALL_BUT_EVERY_NTH;

    private static final long LAYERS = 28;

    /** Window of one layer, or 0 where it sees everything. */
    int windowOf(JsonObject config, int layer) {
        return isSliding(config, layer)
                ? config.integer("sliding_window").map(Math::toIntExact).orElse(0)
                : 0;
    }

    boolean isSliding(JsonObject config, int layer) {
        boolean used = config.bool("use_sliding_window").orElse(false);
        return switch (this) {
            case NEVER -> false;
            case EVERY_LAYER -> listed(config, layer).orElse(true);
            case EVERY_LAYER_IF_USED -> used;
            case UPPER_LAYERS -> used && listed(config, layer).orElse(layer >= from(config));
            case LOWER_EVEN_LAYERS -> used && listed(config, layer).orElse(layer % 2 == 0 && layer < from(config));
            case EVEN_LAYERS -> listed(config, layer).orElse(layer % 2 == 0);
            case ALL_BUT_EVERY_NTH ->
                listed(config, layer)
                        .orElse((layer + 1)
                                        % config.integer("sliding_window_pattern")
                                                .orElse(6L)
                                != 0);
        };
    }

    private static long from(JsonObject config) {
        return config.integer("max_window_layers").orElse(LAYERS);
    }

    private static Optional<Boolean> listed(JsonObject config, int layer) {
        return config.array("layer_types")
                .flatMap(JsonArray::texts)
                .filter(names -> names.size() > layer)
                .map(names -> names.get(layer).equals("sliding_attention"));
    }
}
