package dev.ingot.validate.forward;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import dev.ingot.validate.family.AttentionRecipe;
import dev.ingot.validate.family.AttentionRecipe.Keys;
import dev.ingot.validate.family.AttentionRecipe.Temperature;
import dev.ingot.validate.family.NormRecipe;
import dev.ingot.validate.family.Rectangle;
import dev.ingot.validate.forward.Carried.Kept;
import java.util.Optional;

/**
 * Causal self-attention over whole windows, in float32; some positions at a time, and beside them the keys that they may look at, so that what it takes grows
 * with the window's length and not with its square.
 */
final class Attention {
    /** Positions whose scores are in memory at once. */
    private static final int POSITIONS = 128;

    private final LayerMath math;
    private final AttentionRecipe recipe;
    private final NDArray x;
    private final long windows;
    private final int length;

    private Attention(LayerMath math, AttentionRecipe recipe, NDArray x) {
        this.math = math;
        this.recipe = recipe;
        this.x = x;
        this.windows = x.getShape().get(0);
        this.length = Math.toIntExact(x.getShape().get(1));
    }

    /** From the normed stream, windows x positions x hidden, to what attention adds to it. */
    static NDArray apply(LayerMath math, AttentionRecipe recipe, NDArray x) {
        return new Attention(math, recipe, x).apply();
    }

    private NDArray apply() {
        int heads = recipe.heads();
        int width = recipe.headWidth();
        NDArray asked = math.linear(x, recipe.query()).reshape(windows, length, heads, -1);
        NDArray query = query(recipe.outputGated() ? asked.get("..., :{}", width) : asked);
        Kept keys = keys();
        NDArray joined = mixed(query, keys).transpose(0, 2, 1, 3);
        NDArray gated = recipe.outputGated() ? joined.mul(Activation.sigmoid(asked.get("..., {}:", width))) : joined;
        return math.linear(gated.reshape(windows, length, (long) heads * width), recipe.output());
    }

    private long shared() {
        return recipe.heads() / recipe.keyHeads();
    }

    /** windows x heads x positions x width. */
    private NDArray mixed(NDArray query, Kept keys) {
        NDArray[] parts = new NDArray[Math.ceilDiv(length, POSITIONS)];
        for (int i = 0; i < parts.length; i++) {
            Sight sight = Sight.of(
                    i * POSITIONS,
                    Math.min((i + 1) * POSITIONS, length),
                    recipe.scores().window());
            try (NDManager scope = math.manager().newSubManager()) {
                parts[i] = mixed(query.get(scope, sight.asking()), keys, sight);
                parts[i].attach(math.manager());
            }
        }
        return parts.length == 1 ? parts[0] : NDArrays.concat(new NDList(parts), 2);
    }

    /** The same for the positions that ask; what it makes belongs to the manager of {@code query}. */
    private NDArray mixed(NDArray query, Kept keys, Sight sight) {
        NDManager scope = query.getManager();
        return weights(query, keys.key().get(scope, sight.seen()), sight)
                .reshape(windows, recipe.keyHeads(), shared() * sight.rows(), sight.columns())
                .matMul(keys.value().get(scope, sight.seen()))
                .reshape(windows, recipe.heads(), sight.rows(), recipe.headWidth());
    }

    private NDArray query(NDArray asked) {
        NDArray query = turned(perHead(recipe.queryNorm(), asked));
        Optional<Temperature> temperature = recipe.scores().temperature();
        return temperature.isPresent() ? query.mul(temperatures(temperature.get())) : query;
    }

    private NDArray temperatures(Temperature temperature) {
        float[] factors = new float[length];
        for (int i = 0; i < length; i++) {
            double past = Math.floor(i / (double) temperature.length());
            factors[i] = (float) (1 + temperature.beta() * Math.log(1 + past));
        }
        return math.manager().create(factors, new Shape(length, 1));
    }

    private Kept keys() {
        return switch (recipe.keys()) {
            case Keys.Kept kept -> math.carried().kept(kept.name());
            case Keys.Own own -> {
                NDArray key = turned(perHead(own.keyNorm(), split(math.linear(x, own.key()))));
                NDArray value = perHead(own.valueNorm(), split(math.linear(x, own.value())));
                Kept keys = new Kept(key, value);
                own.keptAs().ifPresent(name -> math.carried().keep(name, keys));
                yield keys;
            }
        };
    }

    private NDArray split(NDArray keys) {
        return keys.reshape(windows, length, recipe.keyHeads(), recipe.headWidth());
    }

    /** windows x heads x positions x width, normed where the family does. */
    private NDArray perHead(Optional<NormRecipe> norm, NDArray split) {
        NDArray normed = norm.isPresent() ? math.norm(split, norm.get()) : split;
        return normed.transpose(0, 2, 1, 3);
    }

    private NDArray turned(NDArray heads) {
        return recipe.rope().isPresent() ? math.turned(recipe.rope().get(), heads) : heads;
    }

    /** windows x key heads x shared x positions that ask x positions that are seen. */
    private NDArray weights(NDArray query, NDArray key, Sight sight) {
        AttentionRecipe.Scores how = recipe.scores();
        NDArray scores = query.reshape(windows, recipe.keyHeads(), shared() * sight.rows(), recipe.headWidth())
                .matMul(key.transpose(0, 1, 3, 2))
                .muli(how.scale());
        if (how.softcap() > 0) {
            scores = scores.divi(how.softcap()).tanh().muli(how.softcap());
        }
        NDArray seen = scores.reshape(windows, recipe.keyHeads(), shared(), sight.rows(), sight.columns())
                .addi(math.positions().mask(query.getManager(), sight));
        return how.sinks().isPresent() ? besideSink(seen, how.sinks().get(), sight) : seen.softmax(-1);
    }

    private NDArray besideSink(NDArray scores, Rectangle sinks, Sight sight) {
        NDArray sink = math.vector(sinks)
                .reshape(1, recipe.keyHeads(), shared(), 1, 1)
                .broadcast(new Shape(windows, recipe.keyHeads(), shared(), sight.rows(), 1));
        return scores.concat(sink, 4).softmax(-1).get("..., :{}", sight.columns());
    }
}
