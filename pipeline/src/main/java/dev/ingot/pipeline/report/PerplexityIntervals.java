package dev.ingot.pipeline.report;

/**
 * How sure the perplexities of one evaluation set are.
 *
 * @param change of merged over base, a ratio: both were measured on the same tokens, so that it is surer than either
 */
public record PerplexityIntervals(Interval base, Interval unmerged, Interval merged, Interval change) {}
