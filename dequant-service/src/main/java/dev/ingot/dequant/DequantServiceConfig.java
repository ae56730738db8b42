package dev.ingot.dequant;

import dev.ingot.pipeline.vector.KernelChoice;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Where the dequant service computes, and how much it keeps. Everything under its prefix stands here: what does not is refused at start. */
@ConfigMapping(prefix = "ingot.dequant")
public interface DequantServiceConfig {
    /** {@code auto} (GPUs if there are any), {@code cpu}, {@code gpu} (all) or {@code gpu:n}. */
    @WithDefault("auto")
    String device();

    /** The processor's loop for 4 bit. The kernels look it up on their own, in system properties and the environment; here it is checked at start. */
    @WithDefault("auto")
    KernelChoice kernel();

    /** Shards at once in one process; read by the host of the stages. */
    @WithDefault("1")
    int workers();

    Cache cache();

    /** How much of the dequantized shards is kept for the next run on the same base. What a running plan names is kept in any case. */
    interface Cache {
        /** Of one team's shards together; those that were not used for longest go first. */
        @WithDefault("500000000000")
        long maxBytes();

        /** How long a shard stays that no run finds. */
        @WithDefault("30d")
        Duration maxAge();
    }
}
