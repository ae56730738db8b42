package dev.ingot.validate.family;

import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.validate.family.Nonlinearity.Gated;
import dev.ingot.validate.family.Nonlinearity.Plain;
import java.util.List;

/** Resolves dense feed-forward blocks. */
final class FeedForwardReader {
    private final Parts parts;
    private final JsonObject config;

    FeedForwardReader(Parts parts) {
        this.parts = parts;
        this.config = parts.config();
    }

    BlockRecipe.FeedForward read(int layer, boolean sharesKeys) {
        String prefix = parts.layer(layer);
        TensorNames names = parts.names();
        return new BlockRecipe.FeedForward(
                parts.norm(prefix + names.beforeFeedForward()),
                dense(prefix, sharesKeys),
                parts.optionalNorm(prefix, names.afterFeedForward()));
    }

    FeedForwardRecipe dense(String prefix, boolean sharesKeys) {
        boolean doubled = sharesKeys && config.bool("use_double_wide_mlp").orElse(false);
        TensorNames names = parts.names();
        return of(prefix + names.gate(), prefix + names.up(), prefix + names.down(), doubled ? 2 * width() : width());
    }

    private long width() {
        return config.integer("n_inner")
                .orElseGet(() -> parts.has(Trait.UNGATED)
                        ? 4L * parts.hidden()
                        : FamilyConfig.whole(config, "intermediate_size"));
    }

    /** A block of a given width; gate and up have one name where they are fused. */
    FeedForwardRecipe of(String gate, String up, String down, long width) {
        boolean inputs = parts.family().feedForwardBias().onInputs(config, "mlp_bias");
        boolean output = parts.family().feedForwardBias().onOutput(config, "mlp_bias");
        Linear last = parts.linear(down, parts.hidden(), width, output);
        if (parts.has(Trait.UNGATED)) {
            Linear only = parts.linear(gate, width, parts.hidden(), inputs);
            return new FeedForwardRecipe(List.of(only), new Plain(parts.activation()), last);
        }
        long firstOfUp = gate.equals(up) ? width : 0;
        return new FeedForwardRecipe(
                List.of(
                        parts.linear(gate, width, parts.hidden(), inputs),
                        parts.linear(up, firstOfUp, width, parts.hidden(), 2 * width, inputs)),
                new Gated(parts.activation()),
                last);
    }
}
