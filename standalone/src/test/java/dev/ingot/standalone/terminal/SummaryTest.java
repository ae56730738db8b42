package dev.ingot.standalone.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.plan.BaseStatement;
import dev.ingot.pipeline.plan.TyingDecision;
import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.report.Report.Fidelity;
import dev.ingot.pipeline.report.Report.Gate;
import dev.ingot.pipeline.report.Report.OutputFile;
import dev.ingot.pipeline.report.Report.Perplexity;
import dev.ingot.pipeline.report.Report.Provenance;
import dev.ingot.pipeline.report.Report.RoundingLoss;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SummaryTest {
    private static final String UNKNOWN =
            "Whether training saw 4 bit is not known; say --trained-on stored if it did not.";

    private static Report report(List<Gate> gates, boolean delivered, boolean measured, boolean known) {
        return report(gates, delivered, measured, known, "The merged checkpoint is the trained model.", List.of());
    }

    private static Report report(
            List<Gate> gates, boolean delivered, boolean measured, boolean known, String verdict, List<String> notes) {
        String unknown = UNKNOWN;
        return new Report(
                1,
                new RunRef("local", "r1"),
                "my-model",
                "LoRA on base",
                Instant.EPOCH,
                verdict,
                delivered,
                known ? "" : unknown,
                gates,
                measured ? List.of(new Perplexity("domain", "", "", 512, 6.12, 5.47, 5.471)) : List.of(),
                measured ? Optional.of(new Fidelity(512, 2e-7, 1e-5, 0.9995, 0.1, 0.1, List.of())) : Optional.empty(),
                measured ? "" : "the base has no tokenizer",
                new TyingDecision(false, false, "", "", "The adapter touches neither end.", List.of()),
                new BaseStatement(BaseStatement.Kind.STORED, known, known ? "As stored." : unknown),
                List.of(),
                Map.of(),
                Map.of(),
                3,
                Report.Accounting.NONE,
                new RoundingLoss(0, ""),
                List.of(),
                List.of(
                        new OutputFile("config.json", 10, ""),
                        new OutputFile("model-00001-of-00002.safetensors", 20_000_000_000L, ""),
                        new OutputFile("model-00002-of-00002.safetensors", 6_000_000_000L, "")),
                List.of("from_pretrained(\"./my-model\")"),
                new Provenance("", "", "", "", "", ""),
                notes);
    }

    @Test
    void aDeliveredModelIsTheFewLinesThatMatter() {
        assertEquals(
                List.of(
                        "my-model: 26.0 GB in 2 shards                                21.4 s, 0.21 GB of memory",
                        "  verdict      The merged checkpoint is the trained model.",
                        "  perplexity   6.12 → 5.47 on your text (unmerged 5.47)      KL 2e-7      same token 99.9 %",
                        "  tied         The adapter touches neither end.",
                        "  report       ./my-model/report.html",
                        "  load it      from_pretrained(\"./my-model\")"),
                Summary.of(report(List.of(), true, true, true), "21.4 s, 0.21 GB of memory", "./my-model/report.html"));
    }

    @Test
    void aFailedGateIsShownWithFigureAndLimitAndNothingIsLoaded() {
        Gate failed = new Gate("fidelity", "?", "3e-1", "≤ 2e-2", Gate.State.FAILED, "layer 3");
        List<String> lines = Summary.of(report(List.of(failed), false, true, true), "", "");
        assertTrue(lines.contains("  gate         fidelity: 3e-1, expected ≤ 2e-2 (layer 3)"), lines.toString());
        assertFalse(lines.toString().contains("load it"));
    }

    @Test
    void whatIsNotKnownIsSaidOnce() {
        List<String> lines = Summary.of(report(List.of(), true, false, false), "", "");
        String text = String.join(" ", lines).replaceAll(" +", " ");
        assertEquals(2, text.split("not known", -1).length, text);
        assertTrue(text.contains("measured not: the base has no tokenizer"), text);
    }

    @Test
    void whatTheVerdictSaysOfTheBaseIsNotRepeatedBelowIt() {
        List<String> lines =
                Summary.of(report(List.of(), true, true, false, "Measured. " + UNKNOWN, List.of(UNKNOWN)), "", "");
        String text = String.join(" ", lines).replaceAll(" +", " ");
        assertEquals(2, text.split("not known", -1).length, text);
        assertFalse(text.contains("trained on"), text);
    }

    @Test
    void whatWasAssumedIsSaidAtTheEndOfARun() {
        String note = "transformers 5 is assumed, the newer.";
        List<String> lines = Summary.of(report(List.of(), true, true, true, "Measured.", List.of(note)), "", "");
        assertTrue(lines.contains("  to know      " + note), lines.toString());
    }

    @Test
    void longSentencesAreBrokenBetweenWordsBesideTheirLabel() {
        List<String> lines = Summary.labeled("tied", "word ".repeat(30) + "98.4 %");
        assertEquals(2, lines.size());
        assertTrue(lines.stream().allMatch(line -> line.length() <= 104));
        assertTrue(lines.getLast().startsWith("               word"), lines.getLast());
        assertTrue(lines.getLast().endsWith("98.4 %"));
    }
}
