package dev.ingot.validate;

import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.validate.gate.GatePolicy;
import dev.ingot.validate.policy.PolicyPlaces;
import dev.ingot.validate.policy.TeamPolicy;
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
 * @param places where teams have policies that count before {@code policy}
 */
public record ValidateConfig(
        GatePolicy policy,
        Destination destination,
        int window,
        long fullTokens,
        long smokeTokens,
        int threads,
        String folder,
        PolicyPlaces places) {
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
        this(policy, destination, window, fullTokens, smokeTokens, threads, "", PolicyPlaces.NONE);
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
        return new ValidateConfig(policy, destination, window, fullTokens, smokeTokens, count, folder, places);
    }

    /** The same for a folder of this name. */
    public ValidateConfig into(String name) {
        return new ValidateConfig(policy, destination, window, fullTokens, smokeTokens, threads, name, places);
    }

    /** The same with teams' policies. */
    public ValidateConfig with(PolicyPlaces others) {
        return new ValidateConfig(policy, destination, window, fullTokens, smokeTokens, threads, folder, others);
    }

    /** The same on this many tokens of each text, however long that takes. */
    public ValidateConfig onTokens(long each) {
        return new ValidateConfig(policy, destination, window, each, Long.MAX_VALUE, threads, folder, places);
    }

    /** The same by a team's policy. */
    ValidateConfig by(TeamPolicy team) {
        return new ValidateConfig(
                team.gates(),
                destination,
                team.window().orElse(window),
                team.tokens().orElse(fullTokens),
                smokeTokens,
                threads,
                folder,
                places);
    }

    /** What people call that which a request makes. */
    String title(RunRequest request) {
        return switch (destination) {
            case FOLDER -> folder.isEmpty() ? request.model() : folder;
            case REGISTRY -> request.run().team() + " / " + request.model();
        };
    }
}
