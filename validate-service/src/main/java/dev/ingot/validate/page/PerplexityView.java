package dev.ingot.validate.page;

import dev.ingot.pipeline.report.NumberText;
import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.report.Report.Perplexity;
import io.quarkus.qute.RawString;
import java.util.List;

/**
 * Perplexities as a picture and as a table.
 *
 * @param absent why there is none, or empty
 */
record PerplexityView(String absent, RawString wide, RawString narrow, List<Row> rows) {
    /** One evaluation text. */
    record Row(
            String set,
            String description,
            String tokens,
            String base,
            String unmerged,
            String merged,
            String change,
            String sha256) {
        private static Row of(Perplexity row) {
            return new Row(
                    row.set(),
                    row.description(),
                    NumberText.count(row.tokens()),
                    NumberText.perplexity(row.base()),
                    NumberText.perplexity(row.unmerged()),
                    NumberText.perplexity(row.merged()),
                    change(row),
                    row.sha256());
        }

        /** What merging alone did to the perplexity: merged against unmerged. */
        private static String change(Perplexity row) {
            double share = row.merged() / row.unmerged() - 1;
            if (!Double.isFinite(share)) {
                return "–";
            }
            return Math.abs(share) < 5e-5 ? "0 %" : (share > 0 ? "+" : "−") + NumberText.percent(Math.abs(share));
        }
    }

    static PerplexityView of(Report report) {
        List<Perplexity> rows = report.perplexities();
        return new PerplexityView(
                rows.isEmpty() ? Absence.of(report, "No perplexity was measured") : "",
                new RawString(PerplexityFigure.draw(rows, Width.WIDE)),
                new RawString(PerplexityFigure.draw(rows, Width.NARROW)),
                rows.stream().map(Row::of).toList());
    }
}
