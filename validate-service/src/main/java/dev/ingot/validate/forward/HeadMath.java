package dev.ingot.validate.forward;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.ingot.validate.weights.LoadedLinear;

/** Logits of one side over one stretch of the vocabulary, and what is summed over it. All sums are in float64. */
final class HeadMath {
    /** tokens x stretch, float64. */
    private final NDArray logits;
    /** Index of each token's largest logit, of equal ones the first. */
    private final NDArray best;
    /** Largest logit of each token. */
    private final NDArray max;
    /** {@code exp(logit - max)}, tokens x stretch. */
    private final NDArray exponentials;

    HeadMath(NDManager manager, NDArray x, LoadedLinear head, double softcap) {
        NDArray raw = LayerMath.linear(manager, x, head);
        try (NDArray capped = softcap > 0 ? raw.divi(softcap).tanh().muli(softcap) : raw) {
            best = capped.argMax(1);
            logits = capped.toType(DataType.FLOAT64, false);
        }
        max = logits.gather(best.reshape(-1, 1), 1);
        try (NDArray below = logits.sub(max)) {
            exponentials = below.exp();
        }
    }

    double[] maxima() {
        return max.toDoubleArray();
    }

    double[] sums() {
        return exponentials.sum(new int[] {1}).toDoubleArray();
    }

    NDArray best() {
        return best;
    }

    /** {@code sum(exp(logit - max) · (logit - other's logit))} of each token. */
    double[] crossSums(HeadMath other) {
        try (NDArray apart = logits.sub(other.logits)) {
            return apart.muli(exponentials).sum(new int[] {1}).toDoubleArray();
        }
    }

    /** The logits at one index per token. */
    double[] at(NDArray indexes) {
        return logits.gather(indexes.reshape(-1, 1), 1).toDoubleArray();
    }
}
