package dev.ingot.validate.measure;

import dev.ingot.pipeline.report.FidelityIntervals;
import dev.ingot.pipeline.report.Interval;
import dev.ingot.pipeline.report.PerplexityIntervals;
import dev.ingot.pipeline.report.Report.Fidelity;
import dev.ingot.pipeline.report.Report.HistogramBin;
import dev.ingot.pipeline.report.Report.Perplexity;
import dev.ingot.pipeline.report.WorstToken;
import dev.ingot.validate.text.EvaluationText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * What the figures of all tokens add up to.
 *
 * @param leftOut tensors that the adapter changes and no text passes
 * @param worst tokens on which merged and unmerged differ most
 */
public record Measurement(
        TokenScores scores, List<EvaluationText> texts, List<String> leftOut, List<WorstToken> worst) {
    /** Below this a divergence is rounding of the computation itself. */
    private static final double LOWEST_BIN = -12;

    public Measurement {
        texts = List.copyOf(texts);
        leftOut = List.copyOf(leftOut);
        worst = List.copyOf(worst);
        if (scores.tokens() == 0) {
            throw new IllegalArgumentException("no token was measured");
        }
    }

    /** What no figure says anything about: a sentence, or empty where every change was measured. */
    public Optional<String> notMeasured() {
        return leftOut.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "Not measured: %d tensors that the adapter changes and no text passes, %s first; their weights are checked like all others."
                                .formatted(leftOut.size(), leftOut.getFirst()));
    }

    /** Per evaluation set that has a token. */
    public List<Perplexity> perplexities() {
        List<Perplexity> perplexities = new ArrayList<>();
        for (int set = 0; set < texts.size(); set++) {
            EvaluationText text = texts.get(set);
            long tokens = tokensOf(set).count();
            if (tokens > 0) {
                perplexities.add(new Perplexity(
                        text.set(),
                        text.description(),
                        text.sha256(),
                        tokens,
                        perplexity(set, scores.base()),
                        perplexity(set, scores.unmerged()),
                        perplexity(set, scores.merged()),
                        intervals(set)));
            }
        }
        return perplexities;
    }

    private PerplexityIntervals intervals(int set) {
        double[] base = losses(set, scores.base());
        double[] merged = losses(set, scores.merged());
        return new PerplexityIntervals(
                Bootstrap.exponential(base),
                Bootstrap.exponential(losses(set, scores.unmerged())),
                Bootstrap.exponential(merged),
                Bootstrap.exponential(IntStream.range(0, base.length)
                        .mapToDouble(token -> merged[token] - base[token])
                        .toArray()));
    }

    private double[] losses(int set, double[] losses) {
        return tokensOf(set).mapToDouble(token -> losses[token]).toArray();
    }

    private IntStream tokensOf(int set) {
        return IntStream.range(0, scores.tokens()).filter(token -> scores.set()[token] == set);
    }

    private double perplexity(int set, double[] losses) {
        return Math.exp(
                tokensOf(set).mapToDouble(token -> losses[token]).average().orElse(Double.NaN));
    }

    public Fidelity fidelity() {
        return new Fidelity(
                scores.tokens(),
                mean(scores.merging()),
                DoubleStream.of(scores.merging()).max().orElse(Double.NaN),
                1 - (double) disagreements(-1) / scores.tokens(),
                mean(scores.effect()),
                mean(scores.mergedEffect()),
                histogram(),
                new FidelityIntervals(
                        Bootstrap.mean(scores.merging()),
                        agreement(-1),
                        Bootstrap.mean(scores.effect()),
                        Bootstrap.mean(scores.mergedEffect())),
                worst);
    }

    /** Interval of the share of tokens that count as the same; {@code margin} as in {@link #disagreements}. */
    public Interval agreement(double margin) {
        return Bootstrap.mean(IntStream.range(0, scores.tokens())
                .mapToDouble(token -> differs(token, margin) ? 0 : 1)
                .toArray());
    }

    private static double mean(double[] values) {
        return DoubleStream.of(values).average().orElse(Double.NaN);
    }

    /** How many tokens merged and unmerged do not agree on, although unmerged prefers its own by more than {@code margin}, in logits. */
    public long disagreements(double margin) {
        return IntStream.range(0, scores.tokens())
                .filter(token -> differs(token, margin))
                .count();
    }

    private boolean differs(int token, double margin) {
        return !scores.sameTop()[token] && !(scores.margin()[token] <= margin);
    }

    /** Whether every loss of every side is a number. */
    public boolean finite() {
        return DoubleStream.concat(
                        DoubleStream.concat(DoubleStream.of(scores.base()), DoubleStream.of(scores.unmerged())),
                        DoubleStream.concat(DoubleStream.of(scores.merged()), DoubleStream.of(scores.merging())))
                .allMatch(Double::isFinite);
    }

    private List<HistogramBin> histogram() {
        Map<Double, Long> bins = new TreeMap<>();
        for (double divergence : scores.merging()) {
            if (Double.isFinite(divergence)) {
                bins.merge(bin(divergence), 1L, Long::sum);
            }
        }
        return bins.entrySet().stream()
                .map(bin -> new HistogramBin(bin.getKey(), bin.getValue()))
                .toList();
    }

    private static double bin(double divergence) {
        double log = divergence > 0 ? Math.log10(divergence) : LOWEST_BIN;
        return Math.max(LOWEST_BIN, Math.floor(log / HistogramBin.DECADES) * HistogramBin.DECADES);
    }
}
