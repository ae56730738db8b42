/**
 * Belongs here: what validate found, in the form that report.json, the pages and the command line show.
 *
 * <p>What a report says beside its verdict and figures, each absent in reports from before it existed: {@link
 * dev.ingot.pipeline.report.PerplexityIntervals} and {@link dev.ingot.pipeline.report.FidelityIntervals} (how sure the figures are), {@link
 * dev.ingot.pipeline.report.WorstToken} (where merged and unmerged differ most), {@code nearLimit} and {@code override} of a gate, {@link
 * dev.ingot.pipeline.report.AppliedPolicy} (the limits that counted), {@link dev.ingot.pipeline.report.Incumbent} (what an alias named), and {@link
 * dev.ingot.pipeline.report.MergeBaseChoice} (which base was better, by measurement).
 */
@NullMarked
package dev.ingot.pipeline.report;

import org.jspecify.annotations.NullMarked;
