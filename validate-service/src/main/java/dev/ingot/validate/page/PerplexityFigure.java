package dev.ingot.validate.page;

import dev.ingot.pipeline.report.NumberText;
import dev.ingot.pipeline.report.Report.Perplexity;
import dev.ingot.validate.page.Svg.Anchor;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * One row per text on a log axis: a dot for the base, a ring for base + adapter unmerged, a dot for merged. The dot inside its ring is what one
 * wants to see.
 */
final class PerplexityFigure {
    private static final double ROW = 60;

    private final List<Perplexity> rows;
    private final Width width;
    private final LogAxis axis;
    private final double lead;

    private PerplexityFigure(List<Perplexity> rows, Width width) {
        this.rows = rows;
        this.width = width;
        this.lead = width == Width.WIDE ? 0 : 22;
        double left = width == Width.WIDE ? 190 : 44;
        this.axis = LogAxis.around(rows.stream().flatMapToDouble(PerplexityFigure::values), left, width.units() - 48);
    }

    /** The figure, or an empty string when no value can be drawn. */
    static String draw(List<Perplexity> rows, Width width) {
        boolean any = rows.stream().flatMapToDouble(PerplexityFigure::values).anyMatch(LogAxis::isDrawable);
        return any ? new PerplexityFigure(rows, width).draw() : "";
    }

    private static DoubleStream values(Perplexity row) {
        return DoubleStream.of(row.base(), row.unmerged(), row.merged());
    }

    private String draw() {
        Svg svg = new Svg();
        double bottom = rows.size() * (ROW + lead) + 8;
        for (double tick : axis.ticks(width == Width.WIDE ? 44 : 52)) {
            svg.line("grid", axis.x(tick), 8, axis.x(tick), bottom);
            svg.text("tick", axis.x(tick), bottom + 18, Anchor.MIDDLE, tickText(tick));
        }
        for (int i = 0; i < rows.size(); i++) {
            drawRow(svg, rows.get(i), i * (ROW + lead));
        }
        return svg.finish(width, bottom + 24, "Perplexity of base, unmerged and merged, one row per text");
    }

    private void drawRow(Svg svg, Perplexity row, double top) {
        double y = top + lead + 38;
        drawLabels(svg, row, top);
        if (LogAxis.isDrawable(row.base()) && LogAxis.isDrawable(row.merged())) {
            svg.line("path", axis.x(row.base()), y, axis.x(row.merged()), y);
        }
        if (LogAxis.isDrawable(row.base())) {
            svg.circle("dot-base", axis.x(row.base()), y, 6, "base " + NumberText.perplexity(row.base()));
            boolean outward = row.base() < row.merged();
            svg.text(
                    "value",
                    axis.x(row.base()) + (outward ? -11 : 11),
                    y + 4,
                    outward ? Anchor.END : Anchor.START,
                    NumberText.perplexity(row.base()));
        }
        if (LogAxis.isDrawable(row.unmerged())) {
            svg.circle(
                    "ring-unmerged", axis.x(row.unmerged()), y, 9, "unmerged " + NumberText.perplexity(row.unmerged()));
        }
        if (LogAxis.isDrawable(row.merged())) {
            svg.circle("dot-merged", axis.x(row.merged()), y, 4.5, "merged " + NumberText.perplexity(row.merged()));
            svg.text("strong", axis.x(row.merged()), y - 15, Anchor.MIDDLE, NumberText.perplexity(row.merged()));
        }
    }

    private void drawLabels(Svg svg, Perplexity row, double top) {
        if (width == Width.WIDE) {
            svg.text("label", 0, top + 34, Anchor.START, Shortened.to(24, row.set()));
            svg.text("sub", 0, top + 50, Anchor.START, Shortened.to(26, row.description()));
        } else {
            String text = row.description().isEmpty() ? row.set() : row.set() + " · " + row.description();
            svg.text("label", 0, top + 18, Anchor.START, Shortened.to(42, text));
        }
    }

    private static String tickText(double tick) {
        return tick >= 1 ? NumberText.count(Math.round(tick)) : NumberText.magnitude(tick);
    }
}
