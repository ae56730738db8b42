package dev.ingot.pipeline.report;

import java.util.Map;

/**
 * The policy that the gates were held against.
 *
 * @param source for people: {@code built in}, a file's name, {@code teams/support/policy.yaml}
 * @param sha256 of the file; empty for the built-in one
 * @param settings every key of it, with the value that counted, as text; {@code off} where no limit is set
 */
public record AppliedPolicy(String source, String sha256, Map<String, String> settings) {
    public AppliedPolicy {
        settings = Map.copyOf(settings);
    }
}
