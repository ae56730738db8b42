package dev.ingot.validate.forward;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import dev.ingot.validate.family.DeltaNetRecipe;
import java.util.Arrays;

/** Linear attention over whole windows: projections in torch, the recurrence head by head in arrays of one window. */
final class DeltaNet {
    private final LayerMath math;
    private final DeltaNetRecipe recipe;

    private DeltaNet(LayerMath math, DeltaNetRecipe recipe) {
        this.math = math;
        this.recipe = recipe;
    }

    /** From the normed stream, windows x positions x hidden, to what is added to it. */
    static NDArray apply(LayerMath math, DeltaNetRecipe recipe, NDArray x) {
        return new DeltaNet(math, recipe).apply(x);
    }

    private NDArray apply(NDArray x) {
        long windows = x.getShape().get(0);
        int length = Math.toIntExact(x.getShape().get(1));
        int values = recipe.valueHeads() * recipe.valueWidth();
        float[] made = new float[Math.toIntExact(windows * length * values)];
        float[] mixed = math.linear(x, recipe.mixed()).toFloatArray();
        float[] learning = Activation.sigmoid(math.linear(x, recipe.learning())).toFloatArray();
        float[] decay = decay(math.linear(x, recipe.decay()).toFloatArray());
        for (int window = 0; window < windows; window++) {
            run(window, length, mixed, learning, decay, made);
        }
        Shape heads = new Shape(windows, length, recipe.valueHeads(), recipe.valueWidth());
        NDArray normed = math.norm(math.scope().array(made, heads), recipe.norm());
        NDArray gate = math.linear(x, recipe.gate()).reshape(heads);
        NDArray gated = normed.muli(Activation.sigmoid(gate).muli(gate)).reshape(windows, length, values);
        return math.linear(gated, recipe.output());
    }

    /** {@code -exp(log) · softplus(x + bias)}, in place. */
    private float[] decay(float[] x) {
        float[] logs = math.vector(recipe.decayLog()).toFloatArray();
        float[] biases = math.vector(recipe.decayBias()).toFloatArray();
        for (int i = 0; i < x.length; i++) {
            int head = i % logs.length;
            double biased = x[i] + biases[head];
            double softplus = Math.max(biased, 0) + Math.log1p(Math.exp(-Math.abs(biased)));
            x[i] = (float) (-Math.exp(logs[head]) * softplus);
        }
        return x;
    }

    private void run(int window, int length, float[] mixed, float[] learning, float[] decay, float[] made) {
        int keys = recipe.keyHeads() * recipe.keyWidth();
        int values = recipe.valueHeads() * recipe.valueWidth();
        int channels = 2 * keys + values;
        float[] own = Arrays.copyOfRange(mixed, window * length * channels, (window + 1) * length * channels);
        DeltaRule.convolve(own, channels, math.vector(recipe.convolution()).toFloatArray());
        float[] out = new float[length * values];
        for (int head = 0; head < recipe.valueHeads(); head++) {
            int keyHead = head / (recipe.valueHeads() / recipe.keyHeads());
            DeltaRule.Head place = new DeltaRule.Head(
                    channels,
                    keyHead * recipe.keyWidth(),
                    keys + keyHead * recipe.keyWidth(),
                    2 * keys + head * recipe.valueWidth(),
                    recipe.keyWidth(),
                    recipe.valueWidth(),
                    values,
                    head * recipe.valueWidth());
            DeltaRule.run(place, own, ofHead(decay, window, length, head), ofHead(learning, window, length, head), out);
        }
        System.arraycopy(out, 0, made, window * length * values, out.length);
    }

    private float[] ofHead(float[] all, int window, int length, int head) {
        float[] own = new float[length];
        for (int t = 0; t < length; t++) {
            own[t] = all[(window * length + t) * recipe.valueHeads() + head];
        }
        return own;
    }
}
