package dev.ingot.validate.page;

import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.report.Report.Perplexity;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.stream.Stream;

/** The head of a model card, as the Hub reads it: YAML in which every text from outside is quoted. */
final class FrontMatter {
    private static final MathContext DIGITS = new MathContext(6);

    private final StringBuilder out = new StringBuilder();

    private FrontMatter() {}

    static String of(Report report, CardFacts facts) {
        FrontMatter front = new FrontMatter();
        front.line("---");
        facts.repository().ifPresent(base -> front.text("base_model", base).line("base_model_relation: finetune"));
        front.line("library_name: transformers");
        facts.task().ifPresent(task -> front.text("pipeline_tag", task));
        facts.license().ifPresent(front::license);
        front.line("tags:");
        Stream.concat(Stream.of("ingot", "merged"), facts.tags().stream())
                .distinct()
                .forEach(tag -> front.line("- " + Markdown.yaml(tag)));
        front.results(report);
        return front.line("---").out.toString();
    }

    private void license(License license) {
        text("license", license.id());
        if (license.id().equals("other")) {
            license.name().ifPresent(name -> text("license_name", name));
            license.link().ifPresent(link -> text("license_link", link));
        }
    }

    /** Which texts it was measured on, and what came of it. */
    private void results(Report report) {
        List<Perplexity> measured = report.perplexities().stream()
                .filter(row -> row.merged() >= 1 && row.merged() <= Float.MAX_VALUE)
                .toList();
        if (measured.isEmpty()) {
            return;
        }
        line("model-index:");
        text("- name", report.title());
        line("  results:");
        for (Perplexity row : measured) {
            line("  - task:");
            line("      type: text-generation");
            line("    dataset:");
            line("      type: text");
            text("      name", row.description().isBlank() ? row.set() : row.set() + ": " + row.description());
            if (!row.sha256().isBlank()) {
                text("      revision", row.sha256());
            }
            line("    metrics:");
            line("    - type: perplexity");
            line("      value: " + number(row.merged()));
        }
    }

    /** Without exponent, which YAML 1.1 takes for text where it has no sign. */
    private static String number(double value) {
        return new BigDecimal(value).round(DIGITS).stripTrailingZeros().toPlainString();
    }

    private FrontMatter text(String member, String value) {
        return line(member + ": " + Markdown.yaml(value));
    }

    private FrontMatter line(String text) {
        out.append(text).append('\n');
        return this;
    }
}
