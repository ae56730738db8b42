package dev.ingot.validate.measure;

/**
 * Figures of every predicted token, in the order of the windows. Divergences are in nats.
 *
 * @param set of each token
 * @param base negative log-likelihood of the token, by the base
 * @param unmerged likewise by base + adapter
 * @param merged likewise by what was written
 * @param merging Kullback-Leibler divergence of merged from unmerged: what merging cost
 * @param effect of base from unmerged: what the adapter does
 * @param mergedEffect of base from merged: what is left of it
 * @param sameTop whether merged and unmerged put the same token first
 * @param margin by how much unmerged prefers its own first token to merged's, in logits; 0 where they agree
 */
public record TokenScores(
        int[] set,
        double[] base,
        double[] unmerged,
        double[] merged,
        double[] merging,
        double[] effect,
        double[] mergedEffect,
        boolean[] sameTop,
        double[] margin) {

    public TokenScores(int tokens) {
        this(
                new int[tokens],
                new double[tokens],
                new double[tokens],
                new double[tokens],
                new double[tokens],
                new double[tokens],
                new double[tokens],
                new boolean[tokens],
                new double[tokens]);
    }

    public int tokens() {
        return set.length;
    }
}
