package dev.ingot.validate.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.DType;
import dev.ingot.pipeline.report.Report.Gate;
import dev.ingot.pipeline.report.Report.Gate.State;
import dev.ingot.validate.measure.Measured;
import dev.ingot.validate.recompute.TensorCheck;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A divergence of half a nat per token, with an effect of one: far over every limit. */
class ExactMergeTest {
    private static final TensorCheck EXACT = check(1000, 1000);

    @Test
    void whatIsProvedValueByValueIsNotRefusedForWhatRoundingCosts() {
        Gate fidelity = fidelity(List.of(), "", List.of(EXACT));

        assertEquals(State.INFORMATION, fidelity.state());
        assertTrue(fidelity.detail().contains("rounding to bfloat16"), fidelity.detail());
    }

    @Test
    void anythingLessIs() {
        assertEquals(
                State.FAILED, fidelity(List.of(), "", List.of(check(1000, 999))).state(), "one value differs");
        assertEquals(
                State.FAILED, fidelity(List.of(), "", List.of(check(999, 999))).state(), "a sample");
        assertEquals(State.FAILED, fidelity(List.of(), "", List.of()).state(), "nothing compared");
        assertEquals(
                State.FAILED,
                fidelity(List.of(), "a type that is not recomputed", List.of(EXACT))
                        .state());
        assertEquals(
                State.FAILED,
                fidelity(List.of("config.json has another epsilon"), "", List.of(EXACT))
                        .state());
    }

    @Test
    void theWeightsGateNamesTheLimitThatWasPassed() {
        TensorCheck copied = new TensorCheck("norm", "", DType.BF16, 64, 64, 63, 1, 1, 0, 0, 0, 0, true);
        Gate gate = new WeightGates(GatePolicy.publishing(), List.of(EXACT, copied)).gate("");

        assertEquals(State.FAILED, gate.state());
        assertEquals("none", gate.limit());
        assertEquals("1 value changed of a tensor that is copied", gate.measured());
    }

    private static Gate fidelity(List<String> structure, String notChecked, List<TensorCheck> weights) {
        Findings findings = new Findings(
                true,
                structure,
                List.of(),
                2,
                0,
                weights,
                notChecked,
                Optional.empty(),
                Optional.of(Measured.domain(400, 3, 2, 0.5)),
                "",
                List.of());
        return new FidelityGates(
                        GatePolicy.publishing(),
                        findings,
                        findings.measurement().orElseThrow())
                .gates()
                .getFirst();
    }

    private static TensorCheck check(long compared, long equal) {
        return new TensorCheck("q", "q", DType.BF16, 1000, compared, equal, 0, 1, 0.1, 0.001, 0, 0.01, true);
    }
}
