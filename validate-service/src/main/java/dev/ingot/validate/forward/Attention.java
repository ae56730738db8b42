package dev.ingot.validate.forward;

import ai.djl.ndarray.NDArray;
import dev.ingot.validate.family.AttentionRecipe;
import dev.ingot.validate.family.NormRecipe;
import java.util.Optional;

/** Causal self-attention over whole windows, in float32. */
final class Attention {
    private Attention() {}

    /** From the normed stream, windows x positions x hidden, to what attention adds to it. */
    static NDArray apply(LayerMath math, AttentionRecipe recipe, NDArray x) {
        long windows = x.getShape().get(0);
        int length = Math.toIntExact(x.getShape().get(1));
        int width = recipe.headWidth();
        NDArray query = math.turned(
                recipe.rope(), heads(math, recipe.queryNorm(), math.linear(x, recipe.query()), recipe.heads(), width));
        NDArray key = math.turned(
                recipe.rope(), heads(math, recipe.keyNorm(), math.linear(x, recipe.key()), recipe.keyHeads(), width));
        NDArray value = heads(math, Optional.empty(), math.linear(x, recipe.value()), recipe.keyHeads(), width);

        long shared = recipe.heads() / recipe.keyHeads();
        NDArray scores = query.reshape(windows, recipe.keyHeads(), shared * length, width)
                .matMul(key.transpose(0, 1, 3, 2))
                .muli(recipe.scale());
        if (recipe.softcap() > 0) {
            scores = scores.divi(recipe.softcap()).tanh().muli(recipe.softcap());
        }
        NDArray weights = scores.reshape(windows, recipe.keyHeads(), shared, length, length)
                .addi(math.mask(length, recipe.window()))
                .softmax(-1);
        NDArray mixed = weights.reshape(windows, recipe.keyHeads(), shared * length, length)
                .matMul(value);
        NDArray joined = mixed.reshape(windows, recipe.heads(), length, width)
                .transpose(0, 2, 1, 3)
                .reshape(windows, length, (long) recipe.heads() * width);
        return math.linear(joined, recipe.output());
    }

    /** windows x heads x positions x width, normed where the family does. */
    private static NDArray heads(LayerMath math, Optional<NormRecipe> norm, NDArray x, int heads, int width) {
        NDArray split = x.reshape(x.getShape().get(0), x.getShape().get(1), heads, width);
        NDArray normed = norm.isPresent() ? math.norm(split, norm.get()) : split;
        return normed.transpose(0, 2, 1, 3);
    }
}
