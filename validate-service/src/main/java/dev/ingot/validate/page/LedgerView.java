package dev.ingot.validate.page;

import dev.ingot.pipeline.plan.LedgerEntry.Outcome;
import dev.ingot.pipeline.report.NumberText;
import dev.ingot.pipeline.report.Report;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** One outcome of the ledger with how many tensors of adapter and base had it. */
record LedgerView(String outcome, String meaning, String adapter, String base) {
    static List<LedgerView> of(Report report) {
        return Arrays.stream(Outcome.values())
                .filter(outcome -> report.adapterLedger().containsKey(outcome)
                        || report.baseLedger().containsKey(outcome))
                .map(outcome -> new LedgerView(
                        name(outcome),
                        meaning(outcome),
                        count(report.adapterLedger(), outcome),
                        count(report.baseLedger(), outcome)))
                .toList();
    }

    private static String count(Map<Outcome, Integer> ledger, Outcome outcome) {
        int count = ledger.getOrDefault(outcome, 0);
        return count == 0 ? "–" : NumberText.count(count);
    }

    private static String name(Outcome outcome) {
        return switch (outcome) {
            case MERGED -> "merged";
            case REPLACES -> "replaces";
            case ADDED -> "added";
            case COPIED -> "copied";
            case COMPANION -> "companion";
            case PROOF -> "proof";
            case IGNORED -> "ignored";
        };
    }

    private static String meaning(Outcome outcome) {
        return switch (outcome) {
            case MERGED -> "part of a merged tensor";
            case REPLACES -> "stands in place of the base's";
            case ADDED -> "the base has nothing of that name";
            case COPIED -> "the base's value, with or without a delta on it";
            case COMPANION -> "scales and code maps of a quantized tensor";
            case PROOF -> "only shows what training saw";
            case IGNORED -> "left out by a named rule";
        };
    }
}
