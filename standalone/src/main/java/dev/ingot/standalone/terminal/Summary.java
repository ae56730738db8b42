package dev.ingot.standalone.terminal;

import dev.ingot.pipeline.plan.BaseStatement;
import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.report.Report.Fidelity;
import dev.ingot.pipeline.report.Report.Gate;
import dev.ingot.pipeline.report.Report.OutputFile;
import dev.ingot.pipeline.report.Report.Perplexity;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A report in the few lines that a person reads at the end of a command. */
public final class Summary {
    private static final int WIDTH = 84;
    private static final int WRAP = 104;
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
        lines.addAll(head(head(report), cost));
        lines.addAll(labeled("verdict", report.verdict()));
        report.gates().stream()
                .filter(gate -> gate.state() == Gate.State.FAILED)
                .forEach(gate -> lines.addAll(failed(gate)));
        addMeasures(report, lines);
        lines.addAll(labeled("tied", report.tying().reason()));
        report.tying().warnings().forEach(warning -> lines.addAll(labeled("", warning)));
        if (report.mergeBaseChoice() != null) {
            lines.addAll(labeled(
                    "merge base",
                    report.mergeBaseChoice().chosen() + "; "
                            + report.mergeBaseChoice().reason()));
        }
        if (isBaseWorthALine(report)) {
            lines.addAll(labeled("trained on", report.base().sentence()));
        }
        if (!report.rounding().recommendation().isEmpty()) {
            lines.addAll(labeled(
                    "rounding",
                    "took " + Amounts.percent(report.rounding().share()) + " of the adapter's effect; "
                            + report.rounding().recommendation()));
        }
        if (saysSomethingNew(report)) {
            lines.addAll(labeled("to know", report.knowFirst()));
        }
        report.notes().stream()
                .filter(note -> !isShown(note, report))
                .forEach(note -> lines.addAll(labeled("to know", note)));
        if (!reportAt.isEmpty()) {
            lines.addAll(labeled("report", reportAt));
        }
        if (report.delivered()) {
            String label = "load it";
            for (String line : report.load()) {
                // code, which a line break would change
                lines.add("  " + StageRow.pad(label, LABEL) + line);
                label = "";
            }
        }
        return lines.stream().map(String::stripTrailing).toList();
    }

    /** What the verdict does not say already of a base that is not simply the one on disk. */
    private static boolean isBaseWorthALine(Report report) {
        BaseStatement base = report.base();
        return (!base.known() || base.kind() == BaseStatement.Kind.QUANTIZED_WHILE_LOADING)
                && !report.verdict().contains(base.sentence());
    }

    /** Whether a line of its own says it: what is the matter with the base, the tie, the rounding. */
    private static boolean isShown(String note, Report report) {
        return note.equals(report.base().sentence())
                || report.tying().warnings().contains(note)
                || report.knowFirst().contains(note)
                || (!report.rounding().recommendation().isEmpty() && note.startsWith("Rounding to "));
    }

    /** What is shown by a line of its own is not said twice. */
    private static boolean saysSomethingNew(Report report) {
        String first = report.knowFirst();
        boolean measured = report.fidelity().isPresent() || report.notMeasured().isEmpty();
        return !first.isEmpty()
                && !first.equals(report.base().sentence())
                && (measured || !first.contains(report.notMeasured()));
    }

    private static String head(Report report) {
        List<OutputFile> weights = report.files().stream()
                .filter(file -> file.path().endsWith(".safetensors"))
                .toList();
        return report.title() + ": "
                + Amounts.bytes(weights.stream().mapToLong(OutputFile::size).sum()) + " in "
                + Amounts.count(weights.size(), "shard");
    }

    private static void addMeasures(Report report, List<String> lines) {
        String label = "perplexity";
        String fidelity = report.fidelity().map(Summary::fidelity).orElse("");
        for (Perplexity set : report.perplexities()) {
            lines.addAll(labeled(label, perplexity(set) + fidelity));
            label = "";
            fidelity = "";
        }
        if (report.fidelity().isEmpty() && !report.notMeasured().isEmpty()) {
            lines.addAll(labeled("measured", "not: " + report.notMeasured()));
        }
    }

    private static String perplexity(Perplexity set) {
        String named = set.description().isBlank() ? set.set() + " text" : set.description();
        String text = set.set().equals("domain") ? "your text" : named;
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

    private static List<String> failed(Gate gate) {
        return labeled(
                "gate",
                "%s: %s, expected %s%s"
                        .formatted(
                                gate.name().toLowerCase(Locale.ROOT),
                                gate.measured(),
                                gate.limit(),
                                gate.detail().isEmpty() ? "" : " (" + gate.detail() + ")"));
    }

    /** The first line: what there is, and at its end what it cost. */
    public static List<String> head(String what, String cost) {
        return List.of(StageRow.pad(what, WIDTH - cost.length()) + "  " + cost);
    }

    /** The label, and the text beside it in as many lines as it takes. */
    public static List<String> labeled(String label, String text) {
        List<String> lines = new ArrayList<>();
        String head = "  " + StageRow.pad(label, LABEL);
        StringBuilder line = new StringBuilder(head);
        boolean begun = false;
        for (String word : text.split(" (?!%)", -1)) {
            if (begun && line.length() + 1 + word.length() > WRAP) {
                lines.add(line.toString());
                line = new StringBuilder(" ".repeat(head.length()));
                begun = false;
            }
            line.append(begun ? " " : "").append(word);
            begun = true;
        }
        lines.add(line.toString());
        return lines;
    }
}
