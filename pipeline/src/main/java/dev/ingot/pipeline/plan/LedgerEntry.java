package dev.ingot.pipeline.plan;

import dev.ingot.pipeline.plan.InputFile.InputRole;

/**
 * What became of one input tensor; every tensor of base and adapter has exactly one entry.
 *
 * @param output the output tensor that it went into, or empty
 * @param rule for IGNORED: the name of the rule; for others a short reason, or empty
 */
public record LedgerEntry(InputRole role, String tensor, Outcome outcome, String output, String rule) {
    /** What can become of an input tensor. */
    public enum Outcome {
        /** Its product or sum is part of an output. */
        MERGED,
        /** It stands in place of the base's tensor. */
        REPLACES,
        /** The base has nothing of that name; it is in the output. */
        ADDED,
        /** The base's value, with or without deltas on it. */
        COPIED,
        /** Scales and code maps of a quantized tensor. */
        COMPANION,
        /** A copy of the base that only proves what training saw. */
        PROOF,
        /** Left out by a named rule. */
        IGNORED
    }
}
