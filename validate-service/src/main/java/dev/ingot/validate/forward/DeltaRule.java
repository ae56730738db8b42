package dev.ingot.validate.forward;

import java.util.Arrays;

/**
 * The gated delta rule (Yang et al. 2024, arXiv:2412.06464), token by token: {@code S ← exp(g)·S; S ← S + k ⊗ β(v - kᵀS); o = qᵀS}. Keys and queries
 * are of length 1, queries divided by the root of their width.
 */
final class DeltaRule {
    private static final float EPSILON = 1e-6f;

    private DeltaRule() {}

    /**
     * A causal convolution of each channel with its own kernel, then SiLU, in place of {@code x}.
     *
     * @param x positions x channels
     * @param kernels channels x width, the last element for the position itself
     */
    static void convolve(float[] x, int channels, float[] kernels) {
        int width = kernels.length / channels;
        int positions = x.length / channels;
        for (int t = positions - 1; t >= 0; t--) {
            for (int c = 0; c < channels; c++) {
                float sum = 0;
                for (int k = Math.max(0, width - 1 - t); k < width; k++) {
                    sum += kernels[c * width + k] * x[(t - width + 1 + k) * channels + c];
                }
                x[t * channels + c] = (float) (sum / (1 + Math.exp(-sum)));
            }
        }
    }

    /**
     * Where one head's numbers stand.
     *
     * @param channels of a position's row
     * @param query where its query begins in the row; key and value likewise
     * @param out where its output begins in a row of {@code outChannels}
     */
    record Head(int channels, int query, int key, int value, int keyWidth, int valueWidth, int outChannels, int out) {}

    /**
     * One head over one window.
     *
     * @param mixed positions x channels
     * @param decay per position: g
     * @param learning per position: β
     * @param out positions x outChannels
     */
    static void run(Head head, float[] mixed, float[] decay, float[] learning, float[] out) {
        int keyWidth = head.keyWidth();
        float[] state = new float[keyWidth * head.valueWidth()];
        float[] read = new float[head.valueWidth()];
        for (int t = 0; t < decay.length; t++) {
            int row = t * head.channels();
            int key = row + head.key();
            int query = row + head.query();
            float keyScale = inverseLength(mixed, key, keyWidth);
            float queryScale = (float) (inverseLength(mixed, query, keyWidth) / Math.sqrt(keyWidth));
            scale(state, (float) Math.exp(decay[t]));
            project(state, mixed, key, keyScale, read);
            for (int j = 0; j < read.length; j++) {
                read[j] = learning[t] * (mixed[row + head.value() + j] - read[j]);
            }
            learn(state, mixed, key, keyScale, read);
            project(state, mixed, query, queryScale, read);
            System.arraycopy(read, 0, out, t * head.outChannels() + head.out(), read.length);
        }
    }

    private static float inverseLength(float[] x, int at, int width) {
        float sum = 0;
        for (int i = at; i < at + width; i++) {
            sum += x[i] * x[i];
        }
        return (float) (1 / Math.sqrt(sum + EPSILON));
    }

    private static void scale(float[] state, float factor) {
        for (int i = 0; i < state.length; i++) {
            state[i] *= factor;
        }
    }

    /** {@code into = (scale · x)ᵀ S}. */
    private static void project(float[] state, float[] x, int at, float scale, float[] into) {
        Arrays.fill(into, 0);
        for (int i = 0; i < state.length / into.length; i++) {
            float factor = scale * x[at + i];
            for (int j = 0; j < into.length; j++) {
                into[j] += factor * state[i * into.length + j];
            }
        }
    }

    /** {@code S += (scale · x) ⊗ by}. */
    private static void learn(float[] state, float[] x, int at, float scale, float[] by) {
        for (int i = 0; i < state.length / by.length; i++) {
            float factor = scale * x[at + i];
            for (int j = 0; j < by.length; j++) {
                state[i * by.length + j] += factor * by[j];
            }
        }
    }
}
