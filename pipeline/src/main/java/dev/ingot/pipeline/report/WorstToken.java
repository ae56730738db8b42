package dev.ingot.pipeline.report;

/**
 * A token on which merged and unmerged differ most.
 *
 * @param set of evaluation texts that it is from
 * @param position among the predicted tokens of this set, from 0
 * @param context the text right before it
 * @param token as text: what came
 * @param kl of merged from unmerged at this position, nats
 * @param sameFirst whether both put the same token first
 */
public record WorstToken(String set, long position, String context, String token, double kl, boolean sameFirst) {}
