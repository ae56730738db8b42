package dev.ingot.validate.gate;

import dev.ingot.pipeline.report.Incumbent;
import dev.ingot.pipeline.report.Interval;
import dev.ingot.pipeline.report.NumberText;
import dev.ingot.pipeline.report.PerplexityIntervals;
import dev.ingot.pipeline.report.Report.Gate;
import dev.ingot.pipeline.report.Report.Gate.State;
import dev.ingot.pipeline.report.Report.Perplexity;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Gates on how good the adapter is: only those that a team's policy sets. */
final class QualityGates {
    private static final String DOMAIN = "domain";

    private final QualityLimits limits;
    private final List<Perplexity> measured;
    private final Optional<Incumbent> incumbent;

    /** @param measured empty where nothing was */
    QualityGates(QualityLimits limits, List<Perplexity> measured, Optional<Incumbent> incumbent) {
        this.limits = limits;
        this.measured = measured;
        this.incumbent = incumbent;
    }

    List<Gate> gates() {
        List<Gate> gates = new ArrayList<>();
        limits.absolute()
                .ifPresent(limit -> gates.add(gate(
                        GateName.PERPLEXITY,
                        "perplexity on domain text",
                        DOMAIN,
                        limit,
                        set -> new Figure(set.merged(), intervals(set).merged(), ""))));
        limits.relative()
                .ifPresent(limit -> gates.add(gate(
                        GateName.PERPLEXITY,
                        "perplexity on domain text, as a multiple of the base's",
                        DOMAIN,
                        limit,
                        QualityGates::change)));
        limits.regression()
                .ifPresent(limit -> gates.add(gate(
                        GateName.REGRESSION,
                        "perplexity on general text, as a multiple of the base's",
                        "general",
                        limit,
                        QualityGates::change)));
        limits.alias().ifPresent(alias -> gates.add(incumbent(alias)));
        return gates;
    }

    /** What is held against a limit; {@code detail} for people. */
    private record Figure(double value, Interval interval, String detail) {}

    private interface Reading {
        Figure of(Perplexity set);
    }

    private static Figure change(Perplexity set) {
        String detail = "%s → %s".formatted(NumberText.perplexity(set.base()), NumberText.perplexity(set.merged()));
        return new Figure(set.merged() / set.base(), intervals(set).change(), detail);
    }

    private static PerplexityIntervals intervals(Perplexity set) {
        return Objects.requireNonNull(set.intervals());
    }

    private Gate incumbent(String alias) {
        String question = "perplexity on domain text, as a multiple of that of the version behind " + alias;
        if (incumbent.isEmpty()) {
            return new Gate(
                    GateName.INCUMBENT.id(),
                    question,
                    "",
                    "not set",
                    State.INFORMATION,
                    alias + " names no version yet");
        }
        Incumbent before = incumbent.get();
        Optional<Perplexity> theirs = before.perplexities().stream()
                .filter(set -> set.set().equals(DOMAIN))
                .findFirst();
        if (theirs.isEmpty()) {
            return notMeasured(GateName.INCUMBENT, question, before.notCompared());
        }
        double figure = theirs.get().merged();
        String detail = "version %d has %s%s"
                .formatted(
                        before.version(),
                        NumberText.perplexity(figure),
                        before.measuredAgain() ? ", measured again on this text" : "");
        return gate(GateName.INCUMBENT, question, DOMAIN, limits.incumbent(), set -> {
            Interval own = intervals(set).merged();
            return new Figure(set.merged() / figure, new Interval(own.low() / figure, own.high() / figure), detail);
        });
    }

    private Gate gate(GateName name, String question, String set, double limit, Reading reading) {
        Optional<Figure> found = measured.stream()
                .filter(each -> each.set().equals(set))
                .findFirst()
                .map(reading::of);
        return found.map(figure -> held(name, question, figure, limit))
                .orElseGet(() -> notMeasured(name, question, "no %s text was measured".formatted(set)));
    }

    /** A limit inside the interval decides nothing: what happens then is the team's to say, not the noise's. */
    private Gate held(GateName name, String question, Figure figure, double limit) {
        boolean near = figure.interval().holds(limit)
                && figure.interval().low() < figure.interval().high();
        boolean passed = near ? limits.undecided() : figure.value() <= limit;
        Gate gate = new Gate(
                name.id(),
                question,
                NumberText.perplexity(figure.value()),
                "≤ " + NumberText.perplexity(limit),
                passed ? State.PASSED : State.FAILED,
                figure.detail());
        return Certainty.of(figure.interval()).at(limit, NumberText::perplexity, gate);
    }

    private static Gate notMeasured(GateName name, String question, String why) {
        return new Gate(name.id(), question, "", "", State.NOT_MEASURED, why);
    }
}
