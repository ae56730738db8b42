package dev.ingot.validate.forward;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Activation;
import dev.ingot.validate.family.FeedForwardRecipe;
import dev.ingot.validate.family.LayerRecipe;
import dev.ingot.validate.family.Linear;
import dev.ingot.validate.family.NormRecipe;
import dev.ingot.validate.family.Rope;
import dev.ingot.validate.weights.LoadedBlock.SideWeights;
import dev.ingot.validate.weights.LoadedDelta;
import dev.ingot.validate.weights.LoadedLinear;
import java.util.Optional;

/** One block of a decoder layer for one side and one batch; everything it makes belongs to {@code manager}. */
record LayerMath(NDManager manager, SideWeights weights, Positions positions) {

    /** The stream after the block, of the shape of the stream before it: windows x positions x hidden. */
    NDArray apply(NDArray stream) {
        LayerRecipe recipe = weights.recipe();
        return switch (weights.block()) {
            case ATTENTION -> {
                NDArray normed = norm(stream, recipe.beforeAttention());
                yield stream.add(normed(Attention.apply(this, recipe.attention(), normed), recipe.afterAttention()));
            }
            case FEED_FORWARD -> {
                NDArray normed = norm(stream, recipe.beforeFeedForward());
                yield stream.add(normed(feedForward(normed, recipe.feedForward()), recipe.afterFeedForward()));
            }
        };
    }

    private NDArray normed(NDArray x, Optional<NormRecipe> norm) {
        return norm.isPresent() ? norm(x, norm.get()) : x;
    }

    private NDArray feedForward(NDArray x, FeedForwardRecipe recipe) {
        NDArray gate = activated(linear(x, recipe.gate()), recipe.activation());
        return linear(gate.muli(linear(x, recipe.up())), recipe.down());
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

    NDArray mask(int length, int window) {
        return positions.mask(manager, length, window);
    }

    NDArray linear(NDArray x, Linear linear) {
        LoadedLinear loaded = weights.linears().get(linear);
        return linear(manager, x, loaded);
    }

    /** {@code x Wᵀ + b + scale · (x rightᵀ) leftᵀ}. */
    static NDArray linear(NDManager manager, NDArray x, LoadedLinear loaded) {
        NDArray y = x.matMul(Floats.matrix(manager, loaded.weight()).transpose());
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
        NDArray weight = Floats.vector(manager, weights.norms().get(recipe));
        return rootMeanSquare(x, weight, recipe.epsilon());
    }

    static NDArray rootMeanSquare(NDArray x, NDArray weight, double epsilon) {
        NDArray mean = x.mul(x).mean(new int[] {x.getShape().dimension() - 1}, true);
        return x.div(mean.addi(epsilon).sqrt()).muli(weight);
    }
}
