package dev.ingot.validate.forward;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import dev.ingot.validate.family.AttentionRecipe;
import dev.ingot.validate.family.AttentionRecipe.Keys;
import dev.ingot.validate.family.AttentionRecipe.Temperature;
import dev.ingot.validate.family.BlockRecipe;
import dev.ingot.validate.family.NormRecipe;
import dev.ingot.validate.family.Rectangle;
import dev.ingot.validate.forward.Carried.Kept;
import java.util.Optional;

/**
 * Causal self-attention over whole windows, in float32: keys and values of all positions, then some positions at a time from their queries to what is
 * added to the stream. So of each window only keys and values are in memory as a whole, and scores grow with its length and not with its square.
 */
final class Attention {
    /** Whose queries are in memory at once: enough for a matrix product to be fast. */
    private static final int TOKENS = 128;

    /** Scores of so many heads at once: few steps, and memory that does not grow with the number of heads. */
    private static final long SCORES = 1 << 21;

    private final LayerMath math;
    private final AttentionRecipe recipe;
    private final long windows;
    private final int length;

    private Attention(LayerMath math, AttentionRecipe recipe, Shape stream) {
        this.math = math;
        this.recipe = recipe;
        this.windows = stream.get(0);
        this.length = Math.toIntExact(stream.get(1));
    }

    /** Adds to the stream, windows x positions x hidden, what the block makes of it. */
    static void addTo(LayerMath math, BlockRecipe.Attention block, NDArray stream) {
        NDArray normed = math.norm(stream, block.before());
        Attention whole = new Attention(math, block.attention(), stream.getShape());
        Kept keys = whole.keys(normed);
        int step = (int) Math.max(1, TOKENS / whole.windows);
        for (int from = 0; from < whole.length; from += step) {
            NDIndex some = new NDIndex().addAllDim().addSliceDim(from, Math.min(from + step, whole.length));
            try (LayerMath within = math.within()) {
                NDArray x = normed.get(within.manager(), some);
                NDArray made = new Attention(within, block.attention(), stream.getShape()).of(x, from, keys);
                stream.get(within.manager(), some).addi(within.normed(made, block.after()));
            }
        }
    }

    /** @param x windows x some positions x hidden, normed */
    private NDArray of(NDArray x, int from, Kept keys) {
        int rows = Math.toIntExact(x.getShape().get(1));
        int width = recipe.headWidth();
        NDArray asked = math.linear(x, recipe.query()).reshape(windows, rows, recipe.heads(), -1);
        NDArray query = query(recipe.outputGated() ? asked.get("..., :{}", width) : asked, from);
        Sight sight = Sight.of(from, from + rows, recipe.scores().window());
        NDArray joined = mixed(query, keys, sight).transpose(0, 2, 1, 3);
        NDArray gated = recipe.outputGated() ? joined.mul(Activation.sigmoid(asked.get("..., {}:", width))) : joined;
        return math.linear(gated.reshape(windows, rows, (long) recipe.heads() * width), recipe.output());
    }

    private long shared() {
        return recipe.heads() / recipe.keyHeads();
    }

    /** Some key heads after the other: windows x heads x rows x width. */
    private NDArray mixed(NDArray query, Kept keys, Sight sight) {
        long perHead = windows * shared() * sight.rows() * sight.columns();
        int heads = (int) Math.clamp(SCORES / perHead, 1, recipe.keyHeads());
        NDList parts = new NDList();
        for (int first = 0; first < recipe.keyHeads(); first += heads) {
            int to = Math.min(first + heads, recipe.keyHeads());
            try (LayerMath within = math.within()) {
                NDArray asking = query.get(within.manager(), new NDIndex().addAllDim().addSliceDim(first * shared(), to * shared()));
                NDArray part = new Attention(within, recipe, new Shape(windows, length))
                        .mixed(asking, keys, sight, first, to);
                part.attach(math.manager());
                parts.add(part);
            }
        }
        return parts.size() == 1 ? parts.singletonOrThrow() : NDArrays.concat(parts, 1);
    }

    /** Of the key heads {@code [first, to)}; what it makes belongs to the manager of {@code query}. */
    private NDArray mixed(NDArray query, Kept keys, Sight sight, int first, int to) {
        NDIndex seen = new NDIndex().addAllDim().addSliceDim(first, to).addSliceDim(sight.first(), sight.to());
        NDArray scores = query.reshape(windows, to - first, shared() * sight.rows(), recipe.headWidth())
                .matMul(keys.key().get(math.manager(), seen).transpose(0, 1, 3, 2));
        return weights(scores.reshape(windows, to - first, shared(), sight.rows(), sight.columns()), sight, first)
                .reshape(windows, to - first, shared() * sight.rows(), sight.columns())
                .matMul(keys.value().get(math.manager(), seen))
                .reshape(windows, (to - first) * shared(), sight.rows(), recipe.headWidth());
    }

    /** Scaled here and not where the scores are: those are many more. */
    private NDArray query(NDArray asked, int from) {
        NDArray query = turned(perHead(recipe.queryNorm(), asked), from).mul(recipe.scores().scale());
        Optional<Temperature> temperature = recipe.scores().temperature();
        return temperature.isPresent() ? query.muli(temperatures(temperature.get(), from, query)) : query;
    }

    private NDArray temperatures(Temperature temperature, int from, NDArray query) {
        float[] factors = new float[Math.toIntExact(query.getShape().get(2))];
        for (int i = 0; i < factors.length; i++) {
            double past = Math.floor((from + i) / (double) temperature.length());
            factors[i] = (float) (1 + temperature.beta() * Math.log(1 + past));
        }
        return math.rows(factors, 1);
    }

    private Kept keys(NDArray x) {
        return switch (recipe.keys()) {
            case Keys.Kept kept -> math.carried().kept(kept.name());
            case Keys.Own own -> {
                Kept keys = new Kept(key(own, x), value(own, x));
                own.keptAs().ifPresent(name -> math.carried().keep(name, keys));
                yield keys;
            }
        };
    }

    private NDArray key(Keys.Own own, NDArray x) {
        try (LayerMath within = math.within()) {
            Attention inner = new Attention(within, recipe, x.getShape());
            NDArray split = inner.split(within.linear(within.scope().view(x), own.key()));
            NDArray key = inner.turned(inner.perHead(own.keyNorm(), split), 0);
            key.attach(math.manager());
            return key;
        }
    }

    private NDArray value(Keys.Own own, NDArray x) {
        try (LayerMath within = math.within()) {
            Attention inner = new Attention(within, recipe, x.getShape());
            NDArray split = inner.split(within.linear(within.scope().view(x), own.value()));
            NDArray value = inner.perHead(own.valueNorm(), split);
            value.attach(math.manager());
            return value;
        }
    }

    private NDArray split(NDArray keys) {
        return keys.reshape(windows, length, recipe.keyHeads(), recipe.headWidth());
    }

    /** windows x heads x positions x width, normed where the family does. */
    private NDArray perHead(Optional<NormRecipe> norm, NDArray split) {
        NDArray normed = norm.isPresent() ? math.norm(split, norm.get()) : split;
        return normed.transpose(0, 2, 1, 3);
    }

    private NDArray turned(NDArray heads, int from) {
        return recipe.rope()
                .map(rope -> math.positions().turn(math.manager(), rope, heads, from, length))
                .orElse(heads);
    }

    /** From scores to what each position takes of each that it sees: windows x key heads x shared x rows x columns. */
    private NDArray weights(NDArray scores, Sight sight, int firstHead) {
        AttentionRecipe.Scores how = recipe.scores();
        NDArray capped =
                how.softcap() > 0 ? scores.divi(how.softcap()).tanh().muli(how.softcap()) : scores;
        math.positions().hide(capped, sight);
        return how.sinks().isPresent() ? besideSink(capped, how.sinks().get(), sight, firstHead) : capped.softmax(-1);
    }

    private NDArray besideSink(NDArray scores, Rectangle sinks, Sight sight, int firstHead) {
        long heads = scores.getShape().get(1);
        NDArray sink = math.vector(sinks)
                .get("{}:{}", firstHead * shared(), (firstHead + heads) * shared())
                .reshape(1, heads, shared(), 1, 1)
                .broadcast(new Shape(windows, heads, shared(), sight.rows(), 1));
        return scores.concat(sink, 4).softmax(-1).get("..., :{}", sight.columns());
    }
}
