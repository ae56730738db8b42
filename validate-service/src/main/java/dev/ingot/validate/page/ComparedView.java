package dev.ingot.validate.page;

import dev.ingot.pipeline.report.Incumbent;
import dev.ingot.pipeline.report.MergeBaseChoice;
import dev.ingot.pipeline.report.MergeBaseChoice.Candidate;
import dev.ingot.pipeline.report.NumberText;
import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.report.Report.Perplexity;
import java.util.List;
import java.util.Optional;

/**
 * The checkpoint beside others that were measured on the same text: the version behind an alias, or its own merge onto another form of the base.
 *
 * @param sentence what was compared, and why there are no figures where there are none; empty where nothing was compared
 */
record ComparedView(String heading, String sentence, String note, String otherHead, String ownHead, List<Row> rows) {
    private static final ComparedView NOTHING = new ComparedView("", "", "", "", "", List.of());

    /** Against the version that an alias named. */
    static ComparedView incumbent(Report report) {
        return Optional.ofNullable(report.incumbent())
                .map(incumbent -> incumbent(incumbent, report.perplexities()))
                .orElse(NOTHING);
    }

    /** Which form of the base was merged onto, by measurement. */
    static ComparedView mergeBase(Report report) {
        return Optional.ofNullable(report.mergeBaseChoice())
                .map(ComparedView::mergeBase)
                .orElse(NOTHING);
    }

    private static ComparedView incumbent(Incumbent incumbent, List<Perplexity> own) {
        String name = "%s version %d, %s".formatted(incumbent.model(), incumbent.version(), incumbent.alias());
        List<Row> rows = incumbent.perplexities().stream()
                .map(row -> new Row(
                        row.set(), NumberText.perplexity(row.merged()), NumberText.perplexity(merged(own, row.set()))))
                .toList();
        String sentence = rows.isEmpty()
                ? "Not compared with " + name + ": " + incumbent.notCompared()
                : incumbent.measuredAgain()
                        ? "Beside " + name
                                + ", which was measured again on this run's text because its own report has no figure on it:"
                        : "Beside " + name + ", on the same text:";
        return new ComparedView("Against the incumbent: perplexity", sentence, "", "incumbent", "this", rows);
    }

    private static double merged(List<Perplexity> rows, String set) {
        return rows.stream()
                .filter(row -> row.set().equals(set))
                .mapToDouble(Perplexity::merged)
                .findFirst()
                .orElse(Double.NaN);
    }

    private static ComparedView mergeBase(MergeBaseChoice choice) {
        List<Row> rows = choice.candidates().stream()
                .flatMap(candidate -> candidate.perplexities().stream()
                        .map(row -> new Row(
                                name(choice, candidate) + ", " + row.set(),
                                NumberText.perplexity(row.unmerged()),
                                NumberText.perplexity(row.merged()))))
                .toList();
        return new ComparedView(
                "Which base, by measurement: perplexity",
                "Merged onto the %s base. %s".formatted(choice.chosen(), choice.reason()),
                "The rule: " + choice.rule(),
                "unmerged",
                "merged",
                rows);
    }

    private static String name(MergeBaseChoice choice, Candidate candidate) {
        return candidate.name() + (candidate.name().equals(choice.chosen()) ? " (chosen)" : "");
    }

    /** One text: the other's figure, and this checkpoint's. */
    record Row(String what, String other, String own) {}
}
