package dev.ingot.validate.family;

import dev.ingot.checkpoint.json.JsonObject;

/** Which projections of a block have a bias. */
public enum BiasRule {
    NONE,
    /** All or none, as the block's member of config.json says ({@code attention_bias}, {@code mlp_bias}). */
    CONFIGURED,
    /** Those that read the stream (query, key, value), not the one that writes to it, unless {@code qkv_bias} denies it. */
    INPUTS,
    ALL;

    boolean onInputs(JsonObject config, String member) {
        return switch (this) {
            case NONE -> false;
            case CONFIGURED -> config.bool(member).orElse(false);
            case INPUTS -> config.bool("qkv_bias").orElse(true);
            case ALL -> true;
        };
    }

    boolean onOutput(JsonObject config, String member) {
        return this == ALL || this == CONFIGURED && config.bool(member).orElse(false);
    }
}
