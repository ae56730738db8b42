package dev.ingot.validate.page;

import dev.ingot.pipeline.report.FidelityIntervals;
import dev.ingot.pipeline.report.NumberText;
import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.report.Report.Fidelity;
import dev.ingot.pipeline.report.Report.Gate;
import io.quarkus.qute.RawString;
import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Merged against unmerged, per token.
 *
 * @param absent why it was not measured, or empty
 */
record FidelityView(
        String absent, RawString wide, RawString narrow, String sentence, String effect, List<WorstView> worst) {
    private static final String GATE = "fidelity";
    private static final Pattern NUMBER = Pattern.compile("\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d{1,3})?");
    private static final RawString NONE = new RawString("");

    static FidelityView of(Report report) {
        return report.fidelity()
                .map(fidelity -> of(fidelity, limit(report.gates())))
                .orElseGet(() -> new FidelityView(
                        Absence.of(report, "Fidelity was not measured"), NONE, NONE, "", "", List.of()));
    }

    private static FidelityView of(Fidelity fidelity, OptionalDouble limit) {
        String sentence = "%s tokens: mean %s, largest %s; the same most likely token %s of the time.%s"
                .formatted(
                        NumberText.count(fidelity.tokens()),
                        NumberText.magnitude(fidelity.meanKl()),
                        NumberText.magnitude(fidelity.maxKl()),
                        NumberText.percent(fidelity.agreement()),
                        sureness(fidelity.intervals()));
        String effect = "For scale: the adapter moves the base by a mean KL of %s, the merged model by %s."
                .formatted(NumberText.magnitude(fidelity.effectKl()), NumberText.magnitude(fidelity.mergedEffectKl()));
        return new FidelityView(
                "",
                new RawString(KlFigure.draw(fidelity, limit, Width.WIDE)),
                new RawString(KlFigure.draw(fidelity, limit, Width.NARROW)),
                sentence,
                effect,
                fidelity.worst().stream().map(WorstView::of).toList());
    }

    private static String sureness(@Nullable FidelityIntervals intervals) {
        return intervals == null
                ? ""
                : " On other text of the same kind the mean would be %s to %s, 95 %% sure."
                        .formatted(
                                NumberText.magnitude(intervals.meanKl().low()),
                                NumberText.magnitude(intervals.meanKl().high()));
    }

    /** The number in the limit of the fidelity gate, where there is one. */
    private static OptionalDouble limit(List<Gate> gates) {
        return gates.stream()
                .filter(gate -> gate.name().equals(GATE))
                .map(gate -> NUMBER.matcher(gate.limit()))
                .filter(Matcher::find)
                .mapToDouble(match -> Double.parseDouble(match.group()))
                .filter(LogAxis::isDrawable)
                .findFirst();
    }
}
