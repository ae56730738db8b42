package dev.ingot.validate.measure;

import java.util.Arrays;

/** Log-sum-exp of one model's logits per token, running over stretches of the vocabulary, and the loss of the token that came. In float64. */
public final class SideSums {
    final double[] max;
    final double[] sum;
    final double[] target;
    final long[] best;

    /**
     * One model's figures over one stretch, by token.
     *
     * @param max largest logit of each token
     * @param sum of {@code exp(logit - max)}
     * @param best index within the stretch of the largest logit
     * @param target logit of the token that came, meaningful where it lies in the stretch
     */
    public record Stretch(double[] max, double[] sum, long[] best, double[] target) {}

    public SideSums(int tokens) {
        max = new double[tokens];
        Arrays.fill(max, Double.NEGATIVE_INFINITY);
        sum = new double[tokens];
        target = new double[tokens];
        best = new long[tokens];
    }

    /**
     * Adds a stretch for the tokens {@code [from, from + count)}, whose figures stand at 0 and on in its arrays.
     *
     * @param first of the vocabulary in the stretch, which has {@code width} tokens
     * @param targets what came, by token
     */
    public void add(int from, int[] targets, long first, long width, Stretch stretch) {
        for (int i = 0; i < stretch.max().length; i++) {
            int target = targets[from + i];
            add(from + i, stretch, i, first, target >= first && target < first + width);
        }
    }

    /** @param targetHere whether the token that came lies in the stretch */
    void add(int token, Stretch stretch, int i, long first, boolean targetHere) {
        double before = max[token];
        double largest = stretch.max()[i];
        double now = Math.max(before, largest);
        double old = before == Double.NEGATIVE_INFINITY ? 0 : sum[token] * Math.exp(before - now);
        sum[token] = old + stretch.sum()[i] * Math.exp(largest - now);
        max[token] = now;
        if (!(largest <= before)) {
            best[token] = first + stretch.best()[i];
        }
        if (targetHere) {
            target[token] = stretch.target()[i];
        }
    }

    double logSum(int token) {
        return max[token] + Math.log(sum[token]);
    }

    /** Negative log-likelihood of the token that came, in nats, once every stretch was added. */
    public double loss(int token) {
        return logSum(token) - target[token];
    }
}
