package dev.ingot.registry.page;

import dev.ingot.pipeline.report.NumberText;
import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.report.Report.Perplexity;

/**
 * What of a report fits into a row.
 *
 * @param set evaluation text that the perplexity is of, or empty where none was measured
 * @param perplexity of the merged model, as text
 */
record Headline(String verdict, String set, String perplexity) {
    static final Headline NONE = new Headline("", "", "");

    static Headline of(Report report) {
        return report.perplexities().stream()
                .filter(row -> row.set().equals("domain"))
                .findFirst()
                .or(() -> report.perplexities().stream().findFirst())
                .map(row -> of(report, row))
                .orElse(new Headline(report.verdict(), "", ""));
    }

    private static Headline of(Report report, Perplexity row) {
        return new Headline(report.verdict(), row.set(), NumberText.perplexity(row.merged()));
    }

    /** {@code perplexity 150.2 on domain text, 168.1 before}; empty where nothing was measured. */
    String against(Headline before) {
        if (set.isEmpty()) {
            return "";
        }
        String here = "perplexity " + perplexity + " on " + set + " text";
        return before.set().equals(set) ? here + ", " + before.perplexity() + " before" : here;
    }
}
