package dev.ingot.pipeline.plan;

import dev.ingot.pipeline.plan.InputFile.InputRole;
import org.jspecify.annotations.Nullable;

/**
 * What became of one input tensor; every tensor of base and adapter has exactly one entry.
 *
 * @param output the output tensor that it went into, or empty
 * @param adapter which of several adapters the tensor is of, counted from 1; null in a run with one, and for tensors of the base
 * @param rule for IGNORED: the name of the rule; for others a short reason, or empty
 */
public record LedgerEntry(
        InputRole role, @Nullable Integer adapter, String tensor, Outcome outcome, String output, String rule) {
    public LedgerEntry {
        if (adapter != null && (adapter < 1 || role != InputRole.ADAPTER)) {
            throw new IllegalArgumentException(tensor + " of " + role + " is of adapter " + adapter);
        }
    }

    /** Of the base, or of the one adapter. */
    public LedgerEntry(InputRole role, String tensor, Outcome outcome, String output, String rule) {
        this(role, null, tensor, outcome, output, rule);
    }

    /** The same tensor as that of one of several adapters. */
    public LedgerEntry ofAdapter(int number) {
        return new LedgerEntry(role, number, tensor, outcome, output, rule);
    }

    /** The tensor for people: {@code adapter 2: base_model.model…} where there are several. */
    public String name() {
        return adapter == null ? tensor : "adapter " + adapter + ": " + tensor;
    }

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
