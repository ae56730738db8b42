package dev.ingot.validate.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.report.Incumbent;
import dev.ingot.pipeline.report.Report.Gate;
import dev.ingot.pipeline.report.Report.Gate.State;
import dev.ingot.pipeline.report.Report.Perplexity;
import dev.ingot.pipeline.request.GateOverride;
import dev.ingot.validate.measure.Measured;
import dev.ingot.validate.measure.Measurement;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Domain text whose perplexity falls from e³ (20.1) to e² (7.39) on 400 tokens; its interval is some 5 % wide on either side. */
class QualityGatesTest {
    private static final Measurement MEASURED = Measured.domain(400, 3, 2);

    @ParameterizedTest
    @CsvSource({
        "9, true, PASSED, false",
        "9, false, PASSED, false",
        "6, true, FAILED, false",
        "6, false, FAILED, false",
        "7.3, true, PASSED, true",
        "7.3, false, FAILED, true",
        "7.5, true, PASSED, true",
        "7.5, false, FAILED, true"
    })
    void aLimitInsideTheIntervalIsDecidedByThePolicyAndNotByNoise(
            double limit, boolean undecided, State state, boolean near) {
        Gate gate = only(
                new QualityLimits(OptionalDouble.of(limit), none(), none(), Optional.empty(), 1, true, undecided),
                Optional.empty());

        assertEquals("perplexity", gate.name());
        assertEquals(state, gate.state());
        assertEquals(near, gate.nearLimit());
        assertEquals(near, gate.detail().contains("95 % interval"));
    }

    @ParameterizedTest
    @CsvSource({"0.37, PASSED", "0.36, FAILED"})
    void theChangeAgainstTheBaseIsOfPairedTokens(double limit, State state) {
        Gate gate = only(
                new QualityLimits(none(), OptionalDouble.of(limit), none(), Optional.empty(), 1, true, true),
                Optional.empty());

        assertEquals(state, gate.state());
    }

    @Test
    void aLimitOnATextThatWasNotMeasuredIsNotPassed() {
        Gate gate = only(
                new QualityLimits(none(), none(), OptionalDouble.of(1.1), Optional.empty(), 1, true, true),
                Optional.empty());

        assertEquals("regression", gate.name());
        assertEquals(State.NOT_MEASURED, gate.state());
    }

    @ParameterizedTest
    @CsvSource({"9, PASSED", "6, FAILED"})
    void theIncumbentHasToBeMet(double theirs, State state) {
        Perplexity before = new Perplexity("domain", "tickets", "aa", 400, 20, theirs, theirs);
        Incumbent incumbent = new Incumbent("llama", "prod", 3, List.of(before), "");

        assertEquals(state, only(incumbentAsked(), Optional.of(incumbent)).state());
    }

    @Test
    void anAliasWithoutVersionAsksForNothingAndAVersionWithoutFiguresIsNotPassed() {
        Incumbent silent = new Incumbent("llama", "prod", 3, List.of(), "its report has no domain text");

        assertEquals(State.INFORMATION, only(incumbentAsked(), Optional.empty()).state());
        assertEquals(
                State.NOT_MEASURED, only(incumbentAsked(), Optional.of(silent)).state());
    }

    @Test
    void aPersonOpensTheGateThatTheyNameAndNoOther() {
        QualityLimits limits = new QualityLimits(
                OptionalDouble.of(6), none(), OptionalDouble.of(1.1), Optional.empty(), 1, true, true);
        GatePolicy policy = with(limits);
        GateOverride ada = new GateOverride("perplexity", "Ada", Instant.EPOCH, "The text is old.");
        List<Gate> gates = new QualityGates(limits, MEASURED.perplexities(), Optional.empty()).gates();

        List<Gate> after = Overrides.apply(gates, policy, List.of(ada));

        assertEquals(State.OVERRIDDEN, after.get(0).state());
        assertEquals(ada, after.get(0).override());
        assertEquals(Optional.of("regression"), Gates.closed(after, policy).map(Gate::name));
        assertTrue(Gates.closed(after.subList(0, 1), policy).isEmpty());
        assertFalse(Gates.closed(gates.subList(0, 1), policy).isEmpty());
    }

    @ParameterizedTest
    @CsvSource({
        "weights, override.not-allowed",
        "structure, override.not-allowed",
        "base, override.not-allowed",
        "everything, override.unknown-gate"
    })
    void whatMakesItTheTrainedModelCannotBeOverriddenUnlessThePolicyNamesIt(String gate, String code) {
        GateOverride ada = new GateOverride(gate, "Ada", Instant.EPOCH, "Hurry.");

        RefusedInput refused =
                assertThrows(RefusedInput.class, () -> Overrides.require(List.of(ada), GatePolicy.publishing()));

        assertEquals(code, refused.code());
    }

    private static QualityLimits incumbentAsked() {
        return new QualityLimits(none(), none(), none(), Optional.of("prod"), 1, true, true);
    }

    private static Gate only(QualityLimits limits, Optional<Incumbent> incumbent) {
        List<Gate> gates = new QualityGates(limits, MEASURED.perplexities(), incumbent).gates();
        assertEquals(1, gates.size());
        return gates.getFirst();
    }

    private static GatePolicy with(QualityLimits limits) {
        GatePolicy usual = GatePolicy.publishing();
        return new GatePolicy(
                usual.meanKl(),
                usual.shareOfEffect(),
                usual.agreement(),
                usual.distance(),
                usual.drift(),
                usual.keptEffect(),
                usual.leastEffect(),
                false,
                false,
                limits,
                usual.overridable());
    }

    private static OptionalDouble none() {
        return OptionalDouble.empty();
    }
}
