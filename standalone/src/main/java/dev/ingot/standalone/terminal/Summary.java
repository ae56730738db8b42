package dev.ingot.standalone.terminal;

import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.report.Report.Fidelity;
import dev.ingot.pipeline.report.Report.Gate;
import dev.ingot.pipeline.report.Report.Perplexity;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A report in the few lines that a person reads at the end of a command. */
public final class Summary {
    private static final int WIDTH = 84;
    private static final int LABEL = 13;

    private Summary() {}

    /**
     * The lines.
     *
     * @param cost time and memory, shown at the end of the first line
     * @param reportAt where the page is, or empty
     */
    public static List<String> of(Report report, String cost, String reportAt) {
        List<String> lines = new ArrayList<>();
        String head = report.title() + ": " + report.verdict();
        lines.add(StageRow.pad(head, WIDTH - cost.length()) + "  " + cost);
        report.gates().stream()
                .filter(gate -> gate.state() == Gate.State.FAILED)
                .forEach(gate -> lines.add(failed(gate)));
        addMeasures(report, lines);
        lines.add(labeled("tied", report.tying().reason()));
        report.tying().warnings().forEach(warning -> lines.add(labeled("", warning)));
        if (!report.base().known()) {
            lines.add(labeled("trained on", report.base().sentence()));
        }
        if (!report.rounding().recommendation().isEmpty()) {
            lines.add(labeled(
                    "rounding",
                    "took " + Amounts.percent(report.rounding().share()) + " of the adapter's effect; "
                            + report.rounding().recommendation()));
        }
        if (!report.knowFirst().isEmpty()) {
            lines.add(labeled("to know", report.knowFirst()));
        }
        if (!reportAt.isEmpty()) {
            lines.add(labeled("report", reportAt));
        }
        if (report.delivered()) {
            String label = "load it";
            for (String line : report.load()) {
                lines.add(labeled(label, line));
                label = "";
            }
        }
        return lines.stream().map(String::stripTrailing).toList();
    }

    private static void addMeasures(Report report, List<String> lines) {
        String label = "perplexity";
        String fidelity = report.fidelity().map(Summary::fidelity).orElse("");
        for (Perplexity set : report.perplexities()) {
            lines.add(labeled(label, perplexity(set) + fidelity));
            label = "";
            fidelity = "";
        }
        if (report.fidelity().isEmpty() && !report.notMeasured().isEmpty()) {
            lines.add(labeled("measured", "not: " + report.notMeasured()));
        }
    }

    private static String perplexity(Perplexity set) {
        String text = set.set().equals("domain") ? "your text" : set.set() + " text";
        return "%s → %s on %s (unmerged %s)"
                .formatted(
                        Amounts.perplexity(set.base()),
                        Amounts.perplexity(set.merged()),
                        text,
                        Amounts.perplexity(set.unmerged()));
    }

    private static String fidelity(Fidelity fidelity) {
        return "      KL %s      same token %s"
                .formatted(Amounts.small(fidelity.meanKl()), Amounts.percent(fidelity.agreement()));
    }

    private static String failed(Gate gate) {
        return labeled(
                "gate",
                "%s: %s, expected %s%s"
                        .formatted(
                                gate.name().toLowerCase(Locale.ROOT),
                                gate.measured(),
                                gate.limit(),
                                gate.detail().isEmpty() ? "" : " (" + gate.detail() + ")"));
    }

    private static String labeled(String label, String text) {
        return "  " + StageRow.pad(label, LABEL) + text;
    }
}
