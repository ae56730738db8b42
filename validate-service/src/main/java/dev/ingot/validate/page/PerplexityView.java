package dev.ingot.validate.page;

import dev.ingot.pipeline.report.Interval;
import dev.ingot.pipeline.report.NumberText;
import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.report.Report.Perplexity;
import io.quarkus.qute.RawString;
import java.util.List;
import java.util.Optional;

/**
 * Perplexities as a picture and as a table.
 *
 * @param absent why there is none, or empty
 */
record PerplexityView(
        String absent, RawString wide, RawString narrow, List<Row> rows, List<Sure> sure, List<String> sentences) {
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

    /** How sure the figures of one text are: 95 % intervals. */
    record Sure(String set, String base, String unmerged, String merged, String change) {
        private static Optional<Sure> of(Perplexity row) {
            return Optional.ofNullable(row.intervals())
                    .map(intervals -> new Sure(
                            row.set(),
                            text(intervals.base()),
                            text(intervals.unmerged()),
                            text(intervals.merged()),
                            percents(intervals.change())));
        }

        private static String text(Interval interval) {
            return NumberText.perplexity(interval.low()) + " – " + NumberText.perplexity(interval.high());
        }

        /** A ratio of 1 is no change. */
        private static String percents(Interval ratio) {
            return signed(ratio.low() - 1) + " – " + signed(ratio.high() - 1);
        }

        private static String signed(double share) {
            return (share < 0 ? "−" : "+") + NumberText.percent(Math.abs(share));
        }
    }

    static PerplexityView of(Report report) {
        List<Perplexity> rows = report.perplexities();
        return new PerplexityView(
                rows.isEmpty() ? Absence.of(report, "No perplexity was measured") : "",
                new RawString(PerplexityFigure.draw(rows, Width.WIDE)),
                new RawString(PerplexityFigure.draw(rows, Width.NARROW)),
                rows.stream().map(Row::of).toList(),
                rows.stream().flatMap(row -> Sure.of(row).stream()).toList(),
                rows.stream().flatMap(row -> adapterDid(row).stream()).toList());
    }

    /** What training did to the perplexity: unmerged against base. */
    private static Optional<String> adapterDid(Perplexity row) {
        double share = row.unmerged() / row.base() - 1;
        if (!Double.isFinite(share)) {
            return Optional.empty();
        }
        String way = Math.abs(share) < 5e-5
                ? "neither raises nor lowers it"
                : (share > 0 ? "raises it by " : "lowers it by ") + NumberText.percent(Math.abs(share));
        return Optional.of("On %s text the adapter %s.".formatted(row.set(), way));
    }
}
