package dev.ingot.pipeline.request;

import java.time.Instant;

/**
 * A named person lets a checkpoint out although a gate stays shut.
 *
 * @param gate its name as the report has it: {@code fidelity}
 * @param by who answers for it, a person's name
 * @param at when it was asked for
 * @param reason in their words
 */
public record GateOverride(String gate, String by, Instant at, String reason) {
    private static final int MAX_TEXT = 1000;

    public GateOverride {
        require("gate", gate);
        require("by", by);
        require("reason", reason);
    }

    /** The same at another time. */
    public GateOverride at(Instant time) {
        return new GateOverride(gate, by, time, reason);
    }

    private static void require(String what, String text) {
        if (text.isBlank() || text.length() > MAX_TEXT) {
            throw new IllegalArgumentException("an override's '%s' is %s; expected 1 to %d characters"
                    .formatted(what, text.isBlank() ? "empty" : text.length() + " characters long", MAX_TEXT));
        }
    }
}
