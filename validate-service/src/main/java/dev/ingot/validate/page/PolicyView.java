package dev.ingot.validate.page;

import dev.ingot.pipeline.report.AppliedPolicy;
import dev.ingot.pipeline.report.Report;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The policy that the gates were held against.
 *
 * @param source for people, empty where the report names none
 * @param digest of the policy's file, empty for the built-in one
 */
record PolicyView(String source, String digest, List<Setting> settings) {
    static PolicyView of(Report report) {
        return Optional.ofNullable(report.policy()).map(PolicyView::of).orElse(new PolicyView("", "", List.of()));
    }

    private static PolicyView of(AppliedPolicy policy) {
        List<Setting> settings = policy.settings().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(setting -> new Setting(setting.getKey(), setting.getValue()))
                .toList();
        return new PolicyView(policy.source(), policy.sha256(), settings);
    }

    /** A key of the policy, with the value that counted. */
    record Setting(String key, String value) {}
}
