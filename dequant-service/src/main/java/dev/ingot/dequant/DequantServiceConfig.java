package dev.ingot.dequant;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Where the dequant service computes. */
@ConfigMapping(prefix = "ingot.dequant")
public interface DequantServiceConfig {
    /** {@code auto} (GPUs if there are any), {@code cpu}, {@code gpu} (all) or {@code gpu:n}. */
    @WithDefault("auto")
    String device();
}
