package dev.ingot.pipeline.request;

/**
 * A named person lets a checkpoint out although a gate stays shut.
 *
 * @param gate its name as the report has it: {@code fidelity}
 * @param by who answers for it, a person's name
 * @param reason in their words
 */
public record GateOverride(String gate, String by, String reason) {
    private static final int MAX_TEXT = 1000;

    public GateOverride {
        require("gate", gate);
        require("by", by);
        require("reason", reason);
    }

    private static void require(String what, String text) {
        if (text.isBlank() || text.length() > MAX_TEXT) {
            throw new IllegalArgumentException("an override's '%s' is %s; expected 1 to %d characters"
                    .formatted(what, text.isBlank() ? "empty" : text.length() + " characters long", MAX_TEXT));
        }
    }
}
