package dev.ingot.validate.page;

import dev.ingot.pipeline.report.NumberText;
import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.report.Report.Gate.State;
import dev.ingot.pipeline.report.Report.Provenance;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A report as the {@code README.md} of a checkpoint: front matter that the Hub reads, then what a person should know before loading it. */
public final class ModelCard {
    /** The card's text; the same report gives the same text. */
    public String render(Report report, CardFacts facts) {
        return FrontMatter.of(report, facts)
                + "\n# " + Markdown.text(report.title()) + "\n\n"
                + Markdown.text(report.verdict()) + "\n\n"
                + paragraph(report.knowFirst())
                + paragraph(report.subtitle())
                + section(
                        "How to load",
                        report.load().isEmpty() ? "Nothing was delivered.\n" : Markdown.block(report.load()))
                + section("Figures", figures(report) + "\n" + link(facts.report()))
                + section("Tied embeddings", tying(report))
                + section("What training saw", Markdown.text(trainedOn(report)) + "\n")
                + section("What is not known", bullets(unknowns(report, facts)))
                + (notes(report).isEmpty() ? "" : section("Notes", bullets(notes(report))))
                + section("Provenance", provenance(report));
    }

    private static String link(String report) {
        return report.startsWith("/")
                ? "All of it, with pictures: " + Markdown.code(report) + " of the registry that this model is from.\n"
                : "All of it, with pictures: [" + report + "](" + report + ").\n";
    }

    private static String figures(Report report) {
        List<List<String>> perplexities = report.perplexities().stream()
                .map(row -> List.of(
                        Markdown.text(row.set()),
                        NumberText.count(row.tokens()),
                        NumberText.perplexity(row.base()),
                        NumberText.perplexity(row.unmerged()),
                        NumberText.perplexity(row.merged())))
                .toList();
        List<List<String>> gates = report.gates().stream()
                .map(GateView::of)
                .map(gate -> List.of(
                        Markdown.text(gate.name()),
                        Markdown.text(gate.question()),
                        Markdown.text(gate.measured()),
                        Markdown.text(gate.limit()),
                        gate.state()))
                .toList();
        String first = perplexities.isEmpty()
                ? Markdown.text(Absence.of(report, "No perplexity was measured")) + "\n"
                : table(List.of("perplexity on", "tokens", "base", "base + adapter, unmerged", "merged"), perplexities);
        return first + "\n" + table(List.of("gate", "question", "measured", "limit", "result"), gates);
    }

    private static String tying(Report report) {
        String decision = TyingView.sentence(report.tying()) + " "
                + Markdown.text(report.tying().reason()) + "\n";
        return report.tying().warnings().isEmpty()
                ? decision
                : decision + "\n" + bullets(report.tying().warnings());
    }

    /** The verdict says it where it is not known. */
    private static String trainedOn(Report report) {
        return report.verdict().contains(report.base().sentence())
                ? "That is not known; what was assumed stands in the verdict above."
                : report.base().sentence();
    }

    /** Notes that the section on what training saw does not give already. */
    private static List<String> notes(Report report) {
        return report.notes().stream()
                .filter(note -> !note.equals(report.base().sentence()))
                .toList();
    }

    private static List<String> unknowns(Report report, CardFacts facts) {
        List<String> unknowns = new ArrayList<>();
        if (!report.base().known()) {
            unknowns.add("What training saw of the base (above).");
        }
        if (report.fidelity().isEmpty()) {
            unknowns.add(Absence.of(report, "Fidelity was not measured"));
        }
        report.gates().stream()
                .filter(gate -> gate.state() == State.NOT_MEASURED)
                .forEach(gate -> unknowns.add("Gate " + gate.name() + " was not measured. " + gate.detail()));
        if (facts.repository().isEmpty()) {
            unknowns.add("Which repository the base came from: the adapter names none.");
        }
        if (facts.license().isEmpty()) {
            unknowns.add("The licence: neither base nor adapter states one that Ingot can read.");
        }
        return unknowns.isEmpty() ? List.of("Nothing that Ingot looks for.") : unknowns;
    }

    private static String provenance(Report report) {
        Provenance provenance = report.provenance();
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(
                "base",
                Markdown.text(lastSegment(provenance.base())),
                Markdown.code(lastSegment(provenance.baseIdentity()))));
        AdapterLine.of(provenance)
                .forEach(adapter -> rows.add(List.of(
                        adapter.heading(),
                        Markdown.text(lastSegment(adapter.location())),
                        Markdown.code(lastSegment(adapter.identity())))));
        rows.add(List.of("plan", "", Markdown.code(provenance.planDigest())));
        rows.add(List.of("made by", "Ingot " + Markdown.text(provenance.ingotVersion()), ""));
        return table(List.of("", "", "digest or identity"), rows);
    }

    /** A card travels further than a report: of a path only the last segment goes along. */
    private static String lastSegment(String location) {
        String bare = location.endsWith("/") ? location.substring(0, location.length() - 1) : location;
        return bare.substring(bare.lastIndexOf('/') + 1);
    }

    private static String table(List<String> head, List<List<String>> rows) {
        if (rows.isEmpty()) {
            return "";
        }
        return row(head)
                + row(head.stream().map(cell -> "---").toList())
                + rows.stream().map(ModelCard::row).collect(Collectors.joining());
    }

    private static String row(List<String> cells) {
        return cells.stream().collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    private static String bullets(List<String> sentences) {
        return sentences.stream().map(line -> "- " + Markdown.text(line) + "\n").collect(Collectors.joining());
    }

    private static String section(String heading, String body) {
        return "## " + heading + "\n\n" + body + "\n";
    }

    private static String paragraph(String text) {
        return text.isBlank() ? "" : Markdown.text(text) + "\n\n";
    }
}
