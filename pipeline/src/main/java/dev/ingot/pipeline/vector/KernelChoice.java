package dev.ingot.pipeline.vector;

import dev.ingot.checkpoint.RefusedInput;
import java.util.Locale;

/** Which form of a kernel somebody wants; what is written does not depend on it. */
public enum KernelChoice {
    AUTO,
    PLAIN,
    VECTOR;

    /**
     * By a system property, or else by the environment variable of the same name in capitals ({@code ingot.merge.kernel}:
     * {@code INGOT_MERGE_KERNEL}); AUTO where neither is set. RefusedInput {@code setting.kernel} for anything unknown.
     */
    public static KernelChoice of(String property) {
        String variable = property.toUpperCase(Locale.ROOT).replace('.', '_');
        String environment = System.getenv(variable);
        String text = System.getProperty(property, environment == null ? "auto" : environment);
        try {
            return valueOf(text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new RefusedInput(
                    "setting.kernel",
                    "%s is '%s'; expected auto, plain or vector.".formatted(property, text),
                    "correct " + variable + ", or leave it out",
                    e);
        }
    }
}
