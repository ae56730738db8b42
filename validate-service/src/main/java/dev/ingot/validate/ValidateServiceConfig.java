package dev.ingot.validate;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How the validate service measures and what it lets out. */
@ConfigMapping(prefix = "ingot.validate")
public interface ValidateServiceConfig {
    /** Predicted tokens per window. */
    @WithDefault("256")
    int window();

    /** Tokens of each evaluation set that are measured at most. */
    @WithDefault("16384")
    long tokens();

    /** Whether a checkpoint whose fidelity cannot be measured (an architecture that validate does not compute, no tokenizer) is published. */
    @WithDefault("false")
    boolean publishUnmeasured();
}
