package dev.ingot.validate.page;

import dev.ingot.pipeline.report.NumberText;
import dev.ingot.pipeline.report.Report.Fidelity;
import dev.ingot.pipeline.report.Report.HistogramBin;
import dev.ingot.validate.page.Svg.Anchor;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;

/** Histogram of KL divergence per token on a log axis, with the mean and the gate's limit on the mean as lines. */
final class KlFigure {
    private static final double TOP = 34;
    private static final double FLOOR = 132;
    private static final double HEIGHT = 156;

    private final List<HistogramBin> bins;
    private final Width width;
    private final double low;
    private final double high;

    private KlFigure(List<HistogramBin> bins, Width width, OptionalDouble gate) {
        this.bins = bins;
        this.width = width;
        this.low = gate.isPresent()
                ? Math.min(bins.getFirst().log10(), Math.log10(gate.getAsDouble()) - 2 * HistogramBin.DECADES)
                : bins.getFirst().log10();
        double last = bins.getLast().log10() + HistogramBin.DECADES;
        this.high = gate.isPresent() ? Math.max(last, Math.log10(gate.getAsDouble()) + 2 * HistogramBin.DECADES) : last;
    }

    /** The figure, or an empty string when the histogram is empty. */
    static String draw(Fidelity fidelity, OptionalDouble gate, Width width) {
        List<HistogramBin> bins = fidelity.histogram().stream()
                .filter(bin -> Double.isFinite(bin.log10()) && bin.count() >= 0)
                .sorted(Comparator.comparingDouble(HistogramBin::log10))
                .toList();
        return bins.isEmpty()
                ? ""
                : new KlFigure(
                                bins,
                                width,
                                gate.stream().filter(LogAxis::isDrawable).findFirst())
                        .draw(fidelity, gate);
    }

    private String draw(Fidelity fidelity, OptionalDouble gate) {
        Svg svg = new Svg();
        drawBars(svg);
        drawScale(svg);
        if (LogAxis.isDrawable(fidelity.meanKl())) {
            drawLine(svg, "mean", "strong", fidelity.meanKl(), "mean " + NumberText.magnitude(fidelity.meanKl()), 12);
        }
        gate.ifPresent(limit -> drawLine(
                svg,
                "gate",
                "gate-label",
                limit,
                (width == Width.WIDE ? "gate: mean ≤ " : "gate ") + NumberText.magnitude(limit),
                26));
        return svg.finish(width, HEIGHT, "Histogram of KL divergence per token, merged against unmerged");
    }

    private void drawBars(Svg svg) {
        long most = bins.stream().mapToLong(HistogramBin::count).max().orElse(1);
        double step = x(low + HistogramBin.DECADES) - x(low);
        for (HistogramBin bin : bins) {
            if (bin.count() > 0) {
                double height = Math.max((double) bin.count() / most * (FLOOR - TOP), 1.5);
                String range = bin.equals(bins.getFirst())
                        ? "below 1e" + power(bin.log10() + HistogramBin.DECADES)
                        : "1e" + power(bin.log10()) + " and more";
                svg.bar(
                        x(bin.log10()) + 1,
                        FLOOR - height,
                        Math.max(step - 2, 1),
                        height,
                        NumberText.count(bin.count()) + " tokens, " + range);
            }
        }
    }

    private void drawScale(Svg svg) {
        svg.line("axis", left(), FLOOR, right(), FLOOR);
        double perDecade = x(low + 1) - x(low);
        int every = Math.max(1, (int) Math.ceil(48 / perDecade));
        for (int decade = (int) Math.ceil(low); decade <= high; decade++) {
            if ((decade - (int) Math.ceil(low)) % every == 0) {
                String text = (decade == bins.getFirst().log10() ? "≤ " : "") + "1e" + decade;
                svg.text("tick", x(decade), FLOOR + 18, Anchor.MIDDLE, text);
            }
        }
    }

    private void drawLine(Svg svg, String lineClass, String textClass, double value, String text, double y) {
        double x = Math.clamp(x(Math.log10(value)), left(), right());
        boolean roomRight = x < (left() + right()) * 0.62;
        svg.line(lineClass, x, y - 8, x, FLOOR);
        svg.text(textClass, x + (roomRight ? 6 : -6), y + 2, roomRight ? Anchor.START : Anchor.END, text);
    }

    private static String power(double log10) {
        return log10 == Math.rint(log10) ? String.valueOf((int) log10) : String.valueOf(log10);
    }

    private double left() {
        return 26;
    }

    private double right() {
        return width.units() - 14.0;
    }

    private double x(double log10) {
        return left() + (log10 - low) / (high - low) * (right() - left());
    }
}
