package dev.ingot.validate.measure;

import dev.ingot.validate.measure.SideSums.Stretch;

/**
 * Log-sum-exp of three models' logits and the divergences between them, running over stretches of the vocabulary: of each stretch only its
 * maximum and sums relative to that maximum are needed, so that the vocabulary is never in memory as a whole.
 */
public final class RunningHead {
    private final SideSums base;
    private final SideSums unmerged;
    private final SideSums merged;
    private final double[] merging;
    private final double[] effect;
    private final double[] mergedEffect;
    private final double[] unmergedAtMergedBest;

    /**
     * What the three sides' sums over one stretch say about one another: {@code sum(exp(p - max p) · (p - q))}.
     *
     * @param unmergedAtMergedBest unmerged's logit where merged's is largest
     */
    public record Crosses(
            double[] unmergedMerged, double[] unmergedBase, double[] mergedBase, double[] unmergedAtMergedBest) {}

    public RunningHead(int tokens) {
        base = new SideSums(tokens);
        unmerged = new SideSums(tokens);
        merged = new SideSums(tokens);
        merging = new double[tokens];
        effect = new double[tokens];
        mergedEffect = new double[tokens];
        unmergedAtMergedBest = new double[tokens];
    }

    /**
     * Adds a stretch for the tokens {@code [from, from + count)}, whose figures stand at 0 and on in the arrays.
     *
     * @param first of the vocabulary in the stretch, which has {@code width} tokens
     * @param targets what came, by token
     */
    public void add(int from, int[] targets, long first, long width, Stretch b, Stretch u, Stretch m, Crosses crosses) {
        for (int i = 0; i < b.max().length; i++) {
            int token = from + i;
            boolean here = targets[token] >= first && targets[token] < first + width;
            double mergedBefore = merged.max[token];
            addCross(merging, unmerged, token, u.max()[i], crosses.unmergedMerged()[i]);
            addCross(effect, unmerged, token, u.max()[i], crosses.unmergedBase()[i]);
            addCross(mergedEffect, merged, token, m.max()[i], crosses.mergedBase()[i]);
            base.add(token, b, i, first, here);
            unmerged.add(token, u, i, first, here);
            merged.add(token, m, i, first, here);
            if (!(m.max()[i] <= mergedBefore)) {
                unmergedAtMergedBest[token] = crosses.unmergedAtMergedBest()[i];
            }
        }
    }

    /** Called before {@link SideSums#add}: the side's maximum is still the old one. */
    private static void addCross(double[] sums, SideSums side, int token, double max, double sum) {
        double before = side.max[token];
        double now = Math.max(before, max);
        double old = before == Double.NEGATIVE_INFINITY ? 0 : sums[token] * Math.exp(before - now);
        sums[token] = old + sum * Math.exp(max - now);
    }

    /** Writes the figures of token {@code token}, once every stretch was added, to index {@code at} of the scores. */
    public void finish(int token, TokenScores scores, int at) {
        scores.base()[at] = base.loss(token);
        scores.unmerged()[at] = unmerged.loss(token);
        scores.merged()[at] = merged.loss(token);
        scores.merging()[at] = divergence(merging, unmerged, merged, token);
        scores.effect()[at] = divergence(effect, unmerged, base, token);
        scores.mergedEffect()[at] = divergence(mergedEffect, merged, base, token);
        scores.sameTop()[at] = unmerged.best[token] == merged.best[token];
        scores.margin()[at] = unmerged.max[token] - unmergedAtMergedBest[token];
    }

    /** Never below 0 where it is a number: what is below is rounding. */
    private static double divergence(double[] crossSums, SideSums p, SideSums q, int token) {
        double value = crossSums[token] / p.sum[token] - (p.logSum(token) - q.logSum(token));
        return value < 0 ? 0 : value;
    }
}
