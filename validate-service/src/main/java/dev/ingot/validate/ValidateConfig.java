package dev.ingot.validate;

import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.validate.gate.GatePolicy;
import java.time.Duration;

/**
 * How validate measures, and against which limits.
 *
 * @param policy the gates' limits
 * @param destination where a checkpoint goes that passes
 * @param window predicted tokens per window
 * @param fullTokens of each evaluation set at most
 * @param smokeTokens at least, over all sets, for level smoke
 * @param threads that compute
 * @param folder what people call the folder that a checkpoint goes to; empty for the request's name of the model
 */
public record ValidateConfig(
        GatePolicy policy,
        Destination destination,
        int window,
        long fullTokens,
        long smokeTokens,
        int threads,
        String folder) {
    /** What a full measurement may take, as long as it has enough tokens to say something. */
    static final Duration FULL_TIME = Duration.ofMinutes(10);

    static final long FULL_TOKENS_AT_LEAST = 1024;

    private static final int WINDOW = 256;
    private static final long FULL_TOKENS = 16_384;
    private static final long SMOKE_TOKENS = 64;

    public ValidateConfig {
        if (window < 1 || fullTokens < 1 || smokeTokens < 1 || threads < 1) {
            throw new IllegalArgumentException(
                    "windows, token budgets and threads are at least 1, not %d, %d, %d and %d"
                            .formatted(window, fullTokens, smokeTokens, threads));
        }
    }

    public ValidateConfig(
            GatePolicy policy, Destination destination, int window, long fullTokens, long smokeTokens, int threads) {
        this(policy, destination, window, fullTokens, smokeTokens, threads, "");
    }

    /** Where a checkpoint goes that passes. */
    public enum Destination {
        REGISTRY,
        FOLDER
    }

    /** For a registry: what was not measured is not published. */
    public static ValidateConfig publishing() {
        return new ValidateConfig(
                GatePolicy.publishing(),
                Destination.REGISTRY,
                WINDOW,
                FULL_TOKENS,
                SMOKE_TOKENS,
                Runtime.getRuntime().availableProcessors());
    }

    /** For a command that delivers into a folder: what cannot be measured is said, and delivered. */
    public static ValidateConfig delivering() {
        return new ValidateConfig(
                GatePolicy.delivering(),
                Destination.FOLDER,
                WINDOW,
                FULL_TOKENS,
                SMOKE_TOKENS,
                Runtime.getRuntime().availableProcessors());
    }

    /** For a command that judges what any tool merged. */
    public static ValidateConfig judging() {
        return new ValidateConfig(
                GatePolicy.judging(),
                Destination.FOLDER,
                WINDOW,
                FULL_TOKENS,
                SMOKE_TOKENS,
                Runtime.getRuntime().availableProcessors());
    }

    /** The same on another number of threads. */
    public ValidateConfig withThreads(int count) {
        return new ValidateConfig(policy, destination, window, fullTokens, smokeTokens, count, folder);
    }

    /** The same for a folder of this name. */
    public ValidateConfig into(String name) {
        return new ValidateConfig(policy, destination, window, fullTokens, smokeTokens, threads, name);
    }

    /** What people call that which a request makes. */
    String title(RunRequest request) {
        return switch (destination) {
            case FOLDER -> folder.isEmpty() ? request.model() : folder;
            case REGISTRY -> request.run().team() + " / " + request.model();
        };
    }
}
