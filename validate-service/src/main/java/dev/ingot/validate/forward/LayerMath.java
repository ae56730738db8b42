package dev.ingot.validate.forward;

import ai.djl.ndarray.NDArray;
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
import dev.ingot.validate.weights.LoadedBlock.SideWeights;
import dev.ingot.validate.weights.LoadedDelta;
import dev.ingot.validate.weights.LoadedLinear;
import dev.ingot.validate.weights.LoadedNorm;
import java.util.Optional;

/**
 * One block of a decoder layer for one side and one batch; everything it makes belongs to {@code scope}, except what is carried on. What one array of DJL
 * makes belongs to that array's manager: streams come in as views of the scope.
 */
record LayerMath(Scope scope, SideWeights weights, Positions positions, Carried carried) implements AutoCloseable {
    /** That pass a feed-forward block at once. */
    private static final long TOKENS = 256;

    /** Computes what the block makes of the stream, windows x positions x hidden, and adds it, in place. */
    void addTo(NDArray stream) {
        switch (weights.recipe()) {
            case BlockRecipe.Attention block -> Attention.addTo(this, block, stream);
            case BlockRecipe.DeltaNet block ->
                stream.addi(DeltaNet.apply(this, block.deltaNet(), norm(stream, block.before())));
            case BlockRecipe.FeedForward block -> addFeedForward(stream, block);
            case BlockRecipe.Route block -> carried.begin(Experts.route(this, block, stream));
            case BlockRecipe.Experts block -> Experts.addTo(this, block, stream);
            case BlockRecipe.LayerInput block -> stream.addi(layerInput(stream, block));
            case BlockRecipe.Scale block -> stream.muli(vector(block.scalar()));
        }
    }

    /** The same block with memory of its own, which closing frees. */
    LayerMath within() {
        return new LayerMath(new Scope(manager()), weights, positions, carried);
    }

    @Override
    public void close() {
        scope.close();
    }

    NDManager manager() {
        return scope.manager();
    }

    /** A feed-forward block knows no neighbours: it takes some tokens at a time, so that what lies between its projections stays small. */
    private void addFeedForward(NDArray stream, BlockRecipe.FeedForward block) {
        Shape shape = stream.getShape();
        long tokens = shape.get(0) * shape.get(1);
        NDArray flat = stream.reshape(tokens, shape.get(2));
        for (long from = 0; from < tokens; from += TOKENS) {
            try (LayerMath some = within()) {
                NDArray x = flat.get(some.manager(), new NDIndex().addSliceDim(from, Math.min(from + TOKENS, tokens)));
                NDArray made = some.feedForward(some.norm(x, block.before()), block.feedForward());
                x.addi(some.normed(made, block.after()));
            }
        }
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
        NDArray own = scope.array(carried.layerInput(), context.getShape());
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

    /** A tensor of the block that is neither projection nor norm, as one dimension. */
    NDArray vector(Rectangle part) {
        return Floats.vector(manager(), weights.vectors().get(part));
    }

    NDArray linear(NDArray x, Linear linear) {
        return linear(manager(), x, weights.linears().get(linear));
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
        return norm(manager(), x, weights.norms().get(recipe));
    }

    static NDArray norm(NDManager manager, NDArray x, LoadedNorm norm) {
        int[] last = {x.getShape().dimension() - 1};
        boolean centered = norm.recipe().centered();
        NDArray from = centered ? x.sub(x.mean(last, true)) : x;
        NDArray size = size(from, last, norm.recipe().epsilon());
        NDArray normed = centered ? from.divi(size) : from.div(size);
        if (norm.weight().isPresent()) {
            normed = normed.muli(Floats.vector(manager, norm.weight().get()));
        }
        return norm.bias().isPresent()
                ? normed.addi(Floats.vector(manager, norm.bias().get()))
                : normed;
    }

    /** Root of the mean square, with {@code epsilon} added before the root. */
    private static NDArray size(NDArray x, int[] last, double epsilon) {
        try (NDArray squares = x.mul(x)) {
            return squares.mean(last, true).addi(epsilon).sqrt();
        }
    }

    /** Values of this batch as an array: rows x columns. */
    NDArray rows(float[] values, long columns) {
        return scope.array(values, new Shape(values.length / columns, columns));
    }
}
