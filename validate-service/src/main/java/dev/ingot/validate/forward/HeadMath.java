package dev.ingot.validate.forward;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.ingot.validate.weights.LoadedLinear;

/** Logits of one side over one stretch of the vocabulary, and what is summed over it. */
final class HeadMath {
    /** tokens x stretch. */
    private final NDArray logits;
    /** Largest logit of each token. */
    private final NDArray max;
    /** {@code exp(logit - max)}, tokens x stretch. */
    private final NDArray exponentials;

    /** @param sums in which it sums: float64 where two models are told apart, float32 where one model's loss is all that is asked */
    HeadMath(NDManager manager, NDArray x, LoadedLinear head, double softcap, DataType sums) {
        NDArray raw = LayerMath.linear(manager, x, head);
        NDArray capped = softcap > 0 ? raw.divi(softcap).tanh().muli(softcap) : raw;
        logits = capped.toType(sums, false);
        max = logits.max(new int[] {1}, true);
        try (NDArray below = logits.sub(max)) {
            exponentials = below.exp();
        }
    }

    double[] maxima() {
        return doubles(max);
    }

    double[] sums() {
        return doubles(exponentials.sum(new int[] {1}));
    }

    /** Index of each token's largest logit. */
    NDArray best() {
        return logits.argMax(1);
    }

    /** {@code sum(exp(logit - max) · (logit - other's logit))} of each token. */
    double[] crossSums(HeadMath other) {
        try (NDArray apart = logits.sub(other.logits)) {
            return doubles(apart.muli(exponentials).sum(new int[] {1}));
        }
    }

    /** The logits at one index per token. */
    double[] at(NDArray indexes) {
        return doubles(logits.gather(indexes.reshape(-1, 1), 1));
    }

    private static double[] doubles(NDArray values) {
        return values.toType(DataType.FLOAT64, false).toDoubleArray();
    }
}
