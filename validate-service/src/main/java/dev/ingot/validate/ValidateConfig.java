package dev.ingot.validate;

import dev.ingot.validate.gate.GatePolicy;
import java.time.Duration;

/**
 * How validate measures, and against which limits.
 *
 * @param policy the gates' limits
 * @param window predicted tokens per window
 * @param fullTokens of each evaluation set at most, for level full
 * @param smokeTokens at least, over all sets, for level smoke
 * @param smokeTime that a smoke measurement may take where nothing says how long the merge took
 */
public record ValidateConfig(GatePolicy policy, int window, long fullTokens, long smokeTokens, Duration smokeTime) {
    public ValidateConfig {
        if (window < 1 || fullTokens < 1 || smokeTokens < 1) {
            throw new IllegalArgumentException("windows and token budgets are at least 1, not %d, %d and %d"
                    .formatted(window, fullTokens, smokeTokens));
        }
    }

    /** For a registry: what was not measured is not published. */
    public static ValidateConfig publishing() {
        return new ValidateConfig(GatePolicy.publishing(), 256, 16_384, 64, Duration.ofSeconds(10));
    }

    /** For a command that delivers into a folder. */
    public static ValidateConfig delivering() {
        return new ValidateConfig(GatePolicy.delivering(), 256, 16_384, 64, Duration.ofSeconds(10));
    }
}
