package dev.ingot.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.DType;
import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.report.Report.Provenance;
import dev.ingot.validate.gate.GatePolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What rounding takes from the adapter is said, the louder the more it is, and a merge that kept nothing is refused. */
class PriceOfRoundingTest {
    @TempDir
    Path folder;

    @Test
    void aSmallPriceIsNotWorthAWord() throws IOException, InterruptedException {
        Report report = report(judge(DType.F16, 0.1));
        assertTrue(report.delivered());
        assertEquals("", report.rounding().recommendation());
        assertEquals(List.of(), report.notes());
    }

    @Test
    void aPriceIsKnownFirstAndNoted() throws IOException, InterruptedException {
        Report report = report(judge(DType.BF16, 0.015));
        assertTrue(report.delivered());
        assertTrue(report.verdict().startsWith("The merged checkpoint is the trained model"), report.verdict());
        assertTrue(report.knowFirst().startsWith("Rounding to bfloat16 took "), report.knowFirst());
        assertTrue(report.knowFirst().contains("--dtype float16"), report.knowFirst());
        assertTrue(report.notes().getFirst().startsWith("Rounding to bfloat16 took "), report.notes()::toString);
    }

    @Test
    void aHighPriceIsTheVerdict() throws IOException, InterruptedException {
        Report report = report(judge(DType.BF16, 0.005));
        assertTrue(report.delivered(), report.gates()::toString);
        assertTrue(
                report.verdict()
                        .matches(
                                "Merged right, but rounding to bfloat16 took [5-9]\\d\\.?\\d* % of the adapter's effect; use --dtype float32\\."),
                report.verdict());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.001", "0.0003"})
    void whatKeptNothingIsRefused(double deltaSize) throws IOException, InterruptedException {
        Judgement judgement = judge(DType.BF16, deltaSize);
        Report report = report(judgement);
        assertFalse(report.delivered());
        assertEquals("effect", judgement.closed().orElseThrow().name());
        assertEquals("> 5 % is left", judgement.closed().orElseThrow().limit());
        assertTrue(
                report.verdict().startsWith("Refused: merged right, but rounding to bfloat16 took "), report.verdict());
        assertEquals("Do: use --dtype float32, which keeps all of it.", report.knowFirst());
    }

    @Test
    void anAdapterOfZerosIsCalledUntrained() throws IOException, InterruptedException {
        Judgement judgement = judge(DType.F16, 0);
        Report report = report(judgement);
        assertEquals("> 0", judgement.closed().orElseThrow().limit());
        assertEquals(
                "Refused: the adapter changes nothing: it is untrained, or the tensors that were trained were not saved.",
                report.verdict());
        assertFalse(report.knowFirst().contains("submit"), report.knowFirst());
        assertEquals("gate.effect", Refusal.of(report).code());
    }

    private Judgement judge(DType dtype, double deltaSize) throws IOException, InterruptedException {
        RandomRun run = RandomRun.write(folder, dtype, deltaSize);
        Path merged = ReferenceMerge.of(run.base(), run.adapter()).write(folder.resolve("merged"));
        Judged judged = Judged.of(run.base(), run.adapter(), merged);
        return Judgement.of(Plans.complete(run.base(), run.adapter()), judged.findings(), GatePolicy.publishing());
    }

    private static Report report(Judgement judgement) {
        Provenance provenance = new Provenance("base", "", "adapter", "", "", "");
        return judgement.report(new ReportFrame(
                Instant.EPOCH, "tiny", List.of(), List.of(), List.of(), List.of(), List.of(), provenance, List.of()));
    }
}
