package dev.ingot.validate.forward;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import dev.ingot.validate.family.BlockRecipe;
import dev.ingot.validate.family.FeedForwardRecipe;
import dev.ingot.validate.family.Linear;
import dev.ingot.validate.family.Nonlinearity;
import dev.ingot.validate.family.NormRecipe;
import dev.ingot.validate.family.Rectangle;
import dev.ingot.validate.family.Rope;
import dev.ingot.validate.weights.LoadedBlock.SideWeights;
import dev.ingot.validate.weights.LoadedDelta;
import dev.ingot.validate.weights.LoadedLinear;
import dev.ingot.validate.weights.LoadedNorm;
import java.util.Optional;

/** One block of a decoder layer for one side and one batch; everything it makes belongs to {@code manager}, except what is carried on. */
record LayerMath(NDManager manager, SideWeights weights, Positions positions, Carried carried) {
    /** That pass a feed-forward block at once. */
    private static final long TOKENS = 256;


    /** The stream after the block, of the shape of the stream before it: windows x positions x hidden. */
    NDArray apply(NDArray stream) {
        return switch (weights.recipe()) {
            case BlockRecipe.Attention block -> {
                NDArray normed = norm(stream, block.before());
                yield stream.add(normed(Attention.apply(this, block.attention(), normed), block.after()));
            }
            case BlockRecipe.DeltaNet block ->
                stream.add(DeltaNet.apply(this, block.deltaNet(), norm(stream, block.before())));
            case BlockRecipe.FeedForward block -> someTokens(stream, block);
            case BlockRecipe.Route block -> {
                carried.begin(Experts.route(this, block, stream));
                yield stream;
            }
            case BlockRecipe.Experts block -> Experts.apply(this, block, stream);
            case BlockRecipe.LayerInput block -> stream.add(layerInput(stream, block));
            case BlockRecipe.Scale block -> stream.mul(vector(block.scalar()));
        };
    }

    /** A feed-forward block knows no neighbours: it takes some tokens at a time, so that what lies between its projections stays small. */
    private NDArray someTokens(NDArray stream, BlockRecipe.FeedForward block) {
        Shape shape = stream.getShape();
        long tokens = shape.get(0) * shape.get(1);
        NDArray flat = stream.reshape(tokens, shape.get(2));
        NDList parts = new NDList();
        for (long from = 0; from < tokens; from += TOKENS) {
            try (NDManager scope = manager.newSubManager()) {
                NDArray part = flat.get(scope, new NDIndex().addSliceDim(from, Math.min(from + TOKENS, tokens)));
                NDArray after = new LayerMath(scope, weights, positions, carried).besideFeedForward(part, block);
                after.attach(manager);
                parts.add(after);
            }
        }
        NDArray all = parts.size() == 1 ? parts.singletonOrThrow() : NDArrays.concat(parts, 0);
        return all.reshape(shape);
    }

    private NDArray besideFeedForward(NDArray x, BlockRecipe.FeedForward block) {
        NDArray normed = norm(x, block.before());
        return x.add(normed(feedForward(normed, block.feedForward()), block.after()));
    }

    NDArray normed(NDArray x, Optional<NormRecipe> norm) {
        return norm.isPresent() ? norm(x, norm.get()) : x;
    }

    NDArray feedForward(NDArray x, FeedForwardRecipe recipe) {
        NDArray first = linear(x, recipe.inputs().getFirst());
        NDArray between = switch (recipe.between()) {
            case Nonlinearity.Gated gated ->
                activated(first, gated.activation())
                        .muli(linear(x, recipe.inputs().getLast()));
            case Nonlinearity.Plain plain -> activated(first, plain.activation());
            case Nonlinearity.Clamped clamped -> clamped(first, clamped);
        };
        return linear(between, recipe.down());
    }

    private static NDArray clamped(NDArray both, Nonlinearity.Clamped how) {
        NDArray gate = both.get("..., ::2").minimum(how.limit());
        NDArray up = both.get("..., 1::2").clip(-how.limit(), how.limit());
        return Activation.sigmoid(gate.mul(how.alpha())).muli(gate).muli(up.add(1));
    }

    private NDArray layerInput(NDArray stream, BlockRecipe.LayerInput block) {
        NDArray context =
                norm(linear(carried.embedded(), block.context()).muli(block.contextScale()), block.contextNorm());
        NDArray own = manager.create(carried.layerInput(), context.getShape());
        NDArray input = context.addi(own).muli(block.inputScale());
        NDArray gate = activated(linear(stream, block.gate()), block.activation());
        return norm(linear(gate.muli(input), block.projection()), block.after());
    }

    private static NDArray activated(NDArray x, dev.ingot.validate.family.Activation activation) {
        return switch (activation) {
            case SILU -> Activation.sigmoid(x).muli(x);
            case GELU -> x.mul(0.5f).muli(x.mul(Math.sqrt(0.5)).erf().addi(1));
            case GELU_TANH -> {
                NDArray inner = x.mul(x).muli(x).muli(0.044715f).addi(x).muli(Math.sqrt(2 / Math.PI));
                yield inner.tanh().addi(1).muli(x).muli(0.5f);
            }
            case RELU -> Activation.relu(x);
        };
    }

    NDArray turned(Rope rope, NDArray x) {
        return positions.turn(manager, rope, x);
    }

    /** A tensor of the block that is neither projection nor norm, as one dimension. */
    NDArray vector(Rectangle part) {
        return Floats.vector(manager, weights.vectors().get(part));
    }

    NDArray linear(NDArray x, Linear linear) {
        return linear(manager, x, weights.linears().get(linear));
    }

    /** {@code x Wᵀ + b + scale · (x rightᵀ) leftᵀ}. */
    static NDArray linear(NDManager manager, NDArray x, LoadedLinear loaded) {
        NDArray stored = Floats.matrix(manager, loaded.weight());
        NDArray y = x.matMul(loaded.turned() ? stored : stored.transpose());
        if (loaded.bias().isPresent()) {
            y = y.addi(Floats.vector(manager, loaded.bias().get()));
        }
        if (loaded.delta().isPresent()) {
            LoadedDelta delta = loaded.delta().get();
            NDArray narrow = x.matMul(Floats.matrix(manager, delta.right()).transpose());
            y = y.addi(narrow.matMul(Floats.matrix(manager, delta.left()).transpose())
                    .muli(delta.scale()));
        }
        return y;
    }

    NDArray norm(NDArray x, NormRecipe recipe) {
        return norm(manager, x, weights.norms().get(recipe));
    }

    static NDArray norm(NDManager manager, NDArray x, LoadedNorm norm) {
        int[] last = {x.getShape().dimension() - 1};
        NDArray centered = norm.recipe().centered() ? x.sub(x.mean(last, true)) : x;
        NDArray mean = centered.mul(centered).mean(last, true);
        NDArray normed = centered.div(mean.addi(norm.recipe().epsilon()).sqrt());
        if (norm.weight().isPresent()) {
            normed = normed.muli(Floats.vector(manager, norm.weight().get()));
        }
        return norm.bias().isPresent()
                ? normed.addi(Floats.vector(manager, norm.bias().get()))
                : normed;
    }

    /** Values of this batch as an array: rows x columns. */
    NDArray rows(float[] values, long columns) {
        return manager.create(values, new Shape(values.length / columns, columns));
    }
}
