package dev.ingot.validate.page;

import dev.ingot.pipeline.report.NumberText;
import dev.ingot.pipeline.report.Report.TensorFigure;
import java.util.Comparator;
import java.util.List;

/**
 * Every tensor beside the judge's own merge of it, those that are furthest from it first.
 *
 * @param sentence what was compared and what came of it, or empty where nothing was
 * @param worst tensors that are not equal throughout, as many as a reader looks at
 * @param rest the others, as many as a page can hold
 * @param more how many the report has beyond those
 */
record WeightsView(String sentence, List<Row> worst, List<Row> rest, int more) {
    private static final int WORST = 12;
    private static final int SHOWN = 500;
    private static final int NAME = 160;

    static WeightsView of(List<TensorFigure> weights) {
        if (weights.isEmpty()) {
            return new WeightsView("", List.of(), List.of(), 0);
        }
        List<TensorFigure> sorted = weights.stream()
                .sorted(Comparator.comparingDouble(WeightsView::distance)
                        .reversed()
                        .thenComparingDouble(WeightsView::share))
                .toList();
        List<Row> worst = sorted.stream()
                .filter(figure -> !isEqual(figure))
                .limit(WORST)
                .map(Row::of)
                .toList();
        List<Row> rest =
                sorted.stream().skip(worst.size()).limit(SHOWN).map(Row::of).toList();
        return new WeightsView(sentence(sorted), worst, rest, sorted.size() - worst.size() - rest.size());
    }

    private static String sentence(List<TensorFigure> sorted) {
        long compared = sorted.stream().mapToLong(TensorFigure::compared).sum();
        long elements = sorted.stream().mapToLong(TensorFigure::elements).sum();
        long equal = sorted.stream().filter(WeightsView::isEqual).count();
        String values = compared == elements
                ? "all " + NumberText.count(elements) + " values"
                : NumberText.count(compared) + " of " + NumberText.count(elements) + " values";
        String found = equal == sorted.size()
                ? "Every tensor is equal, bit by bit."
                : "%s of %s tensors are equal throughout; the furthest is %s, %s."
                        .formatted(
                                NumberText.count(equal),
                                NumberText.count(sorted.size()),
                                Shortened.to(NAME, sorted.getFirst().tensor()),
                                away(sorted.getFirst()));
        return "Compared: %s in %s tensors. %s".formatted(values, NumberText.count(sorted.size()), found);
    }

    private static boolean isEqual(TensorFigure figure) {
        return figure.equal() == figure.compared() && distance(figure) == 0;
    }

    private static double distance(TensorFigure figure) {
        return figure.ulp() == null ? Double.POSITIVE_INFINITY : figure.ulp();
    }

    private static double share(TensorFigure figure) {
        return figure.compared() == 0 ? 1 : (double) figure.equal() / figure.compared();
    }

    private static String away(TensorFigure figure) {
        return figure.ulp() == null
                ? "which holds values that are no numbers"
                : NumberText.ratio(figure.ulp()) + " ulp off";
    }

    /** One tensor; {@code kind} says whether the adapter changes it. */
    record Row(String tensor, String kind, String dtype, String compared, String equal, String ulp) {
        static Row of(TensorFigure figure) {
            return new Row(
                    Shortened.to(NAME, figure.tensor()),
                    figure.changed() ? "merged" : "copied",
                    figure.dtype(),
                    NumberText.count(figure.compared()),
                    figure.compared() == 0 ? "–" : NumberText.percent(share(figure)),
                    figure.ulp() == null ? "not a number" : NumberText.ratio(figure.ulp()));
        }
    }
}
