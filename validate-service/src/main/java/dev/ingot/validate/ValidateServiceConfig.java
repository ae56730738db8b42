package dev.ingot.validate;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;

/** How the validate service measures and what it lets out. Everything under its prefix stands here: what does not is refused at start. */
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

    /** Folder with a policy {@code TEAM.yaml} for each team and {@code default.yaml} for the others; a policy in the store counts before it. */
    Optional<String> policies();

    /** Checkpoints at once in one process; read by the host of the stages. */
    @WithDefault("1")
    int workers();
}
