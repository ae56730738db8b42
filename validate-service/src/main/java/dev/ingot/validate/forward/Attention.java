package dev.ingot.validate.forward;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.ingot.validate.family.AttentionRecipe;
import dev.ingot.validate.family.NormRecipe;
import dev.ingot.validate.family.Rope;
import java.util.Optional;

/** Causal self-attention over whole windows, in float32. */
final class Attention {
    private Attention() {}

    /** From the normed stream, windows x positions x hidden, to what attention adds to it. */
    static NDArray apply(LayerMath math, AttentionRecipe recipe, NDArray x) {
        long windows = x.getShape().get(0);
        int length = Math.toIntExact(x.getShape().get(1));
        int width = recipe.headWidth();
        NDArray query = turned(
                math, recipe, heads(math, recipe.queryNorm(), math.linear(x, recipe.query()), recipe.heads(), width));
        NDArray key = turned(
                math, recipe, heads(math, recipe.keyNorm(), math.linear(x, recipe.key()), recipe.keyHeads(), width));
        NDArray value = heads(math, Optional.empty(), math.linear(x, recipe.value()), recipe.keyHeads(), width);

        long shared = recipe.heads() / recipe.keyHeads();
        NDArray scores = query.reshape(windows, recipe.keyHeads(), shared * length, width)
                .matMul(key.transpose(0, 1, 3, 2))
                .muli(recipe.scale());
        if (recipe.softcap() > 0) {
            scores = scores.divi(recipe.softcap()).tanh().muli(recipe.softcap());
        }
        NDArray weights = scores.reshape(windows, recipe.keyHeads(), shared, length, length)
                .addi(mask(math.manager(), length, recipe.window()))
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

    private static NDArray turned(LayerMath math, AttentionRecipe recipe, NDArray x) {
        Rope rope = recipe.rope();
        int length = Math.toIntExact(x.getShape().get(2));
        int width = recipe.headWidth();
        int half = rope.width() / 2;
        NDArray cosines = math.manager().create(rope.cosines(length), new Shape(length, rope.width()));
        NDArray sines = math.manager().create(rope.sines(length), new Shape(length, rope.width()));
        long passing = width - 2L * half;
        NDList parts = passing == 0 ? x.split(new long[] {half}, 3) : x.split(new long[] {half, 2L * half}, 3);
        NDArray first = parts.get(0);
        NDArray second = parts.get(1);
        NDArray plain = first.concat(second, 3);
        NDArray crossed = second.neg().concat(first, 3);
        NDArray turned = plain.mul(cosines).addi(crossed.mul(sines));
        return passing == 0 ? turned : turned.concat(parts.get(2), 3);
    }

    /** 0 where a position may look, minus infinity elsewhere. */
    private static NDArray mask(NDManager manager, int length, int window) {
        float[] mask = new float[length * length];
        for (int to = 0; to < length; to++) {
            for (int from = 0; from < length; from++) {
                boolean seen = from <= to && (window == 0 || to - from < window);
                mask[to * length + from] = seen ? 0 : Float.NEGATIVE_INFINITY;
            }
        }
        return manager.create(mask, new Shape(length, length));
    }
}
