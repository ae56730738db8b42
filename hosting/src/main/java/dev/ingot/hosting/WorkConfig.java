package dev.ingot.hosting;

import dev.ingot.pipeline.work.TaskRunner;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** How work is done. How many workers a stage has stands in {@code ingot.<stage>.workers}, 1 by default. */
@ConfigMapping(prefix = "ingot.work")
public interface WorkConfig {
    String ATTEMPTS = "" + TaskRunner.DEFAULT_ATTEMPTS;

    /** Name of this process in attempts and markers; by default the host's. */
    Optional<String> worker();

    /** Tries at a task before its run is rejected. */
    @WithDefault(ATTEMPTS)
    int attempts();

    /** After how long without a write a run counts as stalled; longer than the longest task. */
    @WithDefault("15m")
    Duration grace();
}
