package dev.ingot.pipeline.report;

/** How sure the figures of {@link Report.Fidelity} are. */
public record FidelityIntervals(Interval meanKl, Interval agreement, Interval effectKl, Interval mergedEffectKl) {}
