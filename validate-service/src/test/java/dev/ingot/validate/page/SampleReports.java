package dev.ingot.validate.page;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.plan.BaseStatement;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.LedgerEntry;
import dev.ingot.pipeline.plan.LedgerEntry.Outcome;
import dev.ingot.pipeline.plan.TyingDecision;
import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.report.Report.Accounting;
import dev.ingot.pipeline.report.Report.Fidelity;
import dev.ingot.pipeline.report.Report.Gate;
import dev.ingot.pipeline.report.Report.HistogramBin;
import dev.ingot.pipeline.report.Report.ModuleEffect;
import dev.ingot.pipeline.report.Report.OutputFile;
import dev.ingot.pipeline.report.Report.Perplexity;
import dev.ingot.pipeline.report.Report.Provenance;
import dev.ingot.pipeline.report.Report.RoundingLoss;
import dev.ingot.pipeline.report.Report.StageTiming;
import dev.ingot.pipeline.report.Report.TensorDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reports of every kind that a page must be able to show. */
final class SampleReports {
    private static final String UNDECLARED =
            "Merged onto 16 bit; whether training saw 4 bit is not known. Say so with --trained-on.";

    static final String HOSTILE = "\"'><script>alert(1)</script><img src=https://evil.example/x>\u202e|`${7*7}{page}";

    private static final String SHA = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";
    private static final RunRef RUN = new RunRef("demo", "jargon-lora-ends-1");
    private static final Instant AT = Instant.parse("2026-11-22T12:04:00Z");
    private static final Provenance PROVENANCE = new Provenance(
            "file:///srv/models/base-nf4",
            "sha256:" + SHA,
            "file:///srv/adapters/jargon-lora-ends",
            "sha256:" + SHA,
            "sha256:" + SHA,
            "0.1.0");

    private SampleReports() {}

    /** The demo's second run: published, untied. */
    static Report delivered() {
        return new Report(
                1,
                RUN,
                "demo / jargon-lora-ends",
                "LoRA r=16 on base-nf4 (NF4, double quantization) → float16",
                AT,
                "Published as version 1. The merged checkpoint is the trained model: it picks the same next token 99.95 % of the time as base + adapter.",
                true,
                "One thing to know: input and output embeddings now differ, so the model is no longer tied.",
                gates(Gate.State.PASSED, "1.7e-7"),
                List.of(
                        new Perplexity("general", "King James Bible", SHA, 2047, 28.53, 38.5755, 38.5751),
                        new Perplexity("domain", "Jargon File", SHA, 2064, 6053.3, 168.083, 168.0833)),
                Optional.of(new Fidelity(4111, 1.68e-7, 1.15e-6, 0.99951, 3.21, 3.21, histogram())),
                "",
                new TyingDecision(
                        true,
                        false,
                        "model.embed_tokens.weight",
                        "lm_head.weight",
                        "The adapter changed both ends differently, so lm_head.weight was written and tie_word_embeddings set to false.",
                        List.of("vLLM serves this family untied; llama.cpp drops the lm_head of a tied Gemma.")),
                new BaseStatement(BaseStatement.Kind.PACKED, true, "Training saw the NF4 base as it is packed here."),
                modules(),
                Map.of(Outcome.MERGED, 60),
                Map.of(Outcome.COPIED, 38, Outcome.COMPANION, 112),
                9,
                accounting(),
                new RoundingLoss(0.021, ""),
                List.of(
                        new StageTiming("ingest", 0.21, 2_100_000, 0, ""),
                        new StageTiming(
                                "dequant", 0.09, 0, 0, "11.0 MB came from the cache and were not computed again"),
                        new StageTiming("merge", 0.17, 21_900_000, 12_600_000, "30 modules"),
                        new StageTiming("validate", 3.4, 12_600_000, 0, "")),
                List.of(
                        new OutputFile("config.json", 812, "sha256:" + SHA),
                        new OutputFile("model.safetensors", 12_600_000, "sha256:" + SHA),
                        new OutputFile("tokenizer.json", 301_442, "sha256:" + SHA)),
                List.of(
                        "AutoModelForCausalLM.from_pretrained(\"./jargon-lora-ends\")",
                        "ingot pull demo/jargon-lora-ends:1 ./model",
                        "vllm serve ./model"),
                PROVENANCE,
                List.of("The adapter has no tokenizer of its own; the base's was taken."));
    }

    /** A delta was dropped: the fidelity gate refused it. */
    static Report refused() {
        Report good = delivered();
        return new Report(
                1,
                RUN,
                good.title(),
                good.subtitle(),
                AT,
                "Refused: the merged checkpoint is not the trained model. Gate fidelity measured a mean KL of 0.41 where 1e-3 is the limit.",
                false,
                "Do: run it again on another worker; if the figure stays, report it with plan.json. Most of the distance comes from model.layers.2.mlp.down_proj.",
                gates(Gate.State.FAILED, "0.41"),
                List.of(new Perplexity("domain", "Jargon File", SHA, 2064, 6053.3, 168.083, 311.2)),
                Optional.of(new Fidelity(
                        4111,
                        0.41,
                        7.9,
                        0.7312,
                        3.21,
                        2.87,
                        List.of(new HistogramBin(-2, 1411), new HistogramBin(-1, 1700), new HistogramBin(0, 1000)))),
                "",
                good.tying(),
                good.base(),
                good.modules(),
                good.adapterLedger(),
                good.baseLedger(),
                9,
                good.accounting(),
                new RoundingLoss(0.17, "float16"),
                good.stages(),
                List.of(),
                List.of(),
                PROVENANCE,
                List.of());
    }

    /** Delivered, although nothing could be measured. */
    static Report unmeasured() {
        return new Report(
                1,
                RUN,
                "my-model",
                "LoRA r=8 on an architecture that validate cannot run yet → bfloat16",
                AT,
                "Delivered, but fidelity was not measured. " + UNDECLARED,
                true,
                "",
                List.of(
                        new Gate(
                                "structure",
                                "every tensor that config names, none else",
                                "38 of 38",
                                "all",
                                Gate.State.PASSED,
                                ""),
                        new Gate("fidelity", "mean KL, merged ‖ unmerged", "–", "≤ 1e-3", Gate.State.NOT_MEASURED, "")),
                List.of(),
                Optional.empty(),
                "validate has no forward pass for MambaForCausalLM.",
                new TyingDecision(false, false, "", "", "The model has no embedding that Ingot knows.", List.of()),
                new BaseStatement(BaseStatement.Kind.STORED, false, UNDECLARED),
                List.of(),
                Map.of(),
                Map.of(),
                0,
                Accounting.NONE,
                new RoundingLoss(0, ""),
                List.of(),
                List.of(),
                List.of(),
                PROVENANCE,
                List.of(UNDECLARED));
    }

    /** Every text that comes from outside tries to break out of the page; some figures are no numbers. */
    static Report hostile() {
        Provenance provenance = new Provenance(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE);
        return new Report(
                1,
                RUN,
                HOSTILE,
                HOSTILE,
                AT,
                HOSTILE + ". " + HOSTILE,
                false,
                HOSTILE,
                List.of(
                        new Gate(HOSTILE, HOSTILE, HOSTILE, HOSTILE, Gate.State.FAILED, HOSTILE),
                        new Gate("fidelity", HOSTILE, HOSTILE, HOSTILE, Gate.State.FAILED, HOSTILE)),
                List.of(
                        new Perplexity(HOSTILE, HOSTILE, HOSTILE, 1, Double.NaN, Double.POSITIVE_INFINITY, 0),
                        new Perplexity(HOSTILE, HOSTILE, HOSTILE, 1, 1e300, 12, 1e-300)),
                Optional.of(new Fidelity(
                        0,
                        Double.NaN,
                        Double.POSITIVE_INFINITY,
                        -1,
                        0,
                        0,
                        List.of(new HistogramBin(Double.NaN, 3), new HistogramBin(-3, -1)))),
                HOSTILE,
                new TyingDecision(true, true, HOSTILE, HOSTILE, HOSTILE, List.of(HOSTILE)),
                new BaseStatement(BaseStatement.Kind.STORED, false, HOSTILE),
                List.of(
                        new ModuleEffect(HOSTILE, Double.NaN, 0.5),
                        new ModuleEffect(
                                "a." + HOSTILE.replace(".", "") + ".0." + HOSTILE.replace(".", ""),
                                Double.POSITIVE_INFINITY,
                                2),
                        new ModuleEffect("x".repeat(3000), 1, 1)),
                Map.of(Outcome.IGNORED, 1),
                Map.of(),
                0,
                new Accounting(
                        List.of(new LedgerEntry(InputRole.ADAPTER, HOSTILE, Outcome.IGNORED, HOSTILE, HOSTILE)),
                        List.of(new TensorDigest(HOSTILE, HOSTILE))),
                new RoundingLoss(Double.NaN, HOSTILE),
                List.of(new StageTiming(HOSTILE, Double.NaN, -1, Long.MAX_VALUE, HOSTILE)),
                List.of(new OutputFile(HOSTILE, -1, HOSTILE)),
                List.of(HOSTILE),
                provenance,
                List.of(HOSTILE));
    }

    private static List<Gate> gates(Gate.State fidelity, String measured) {
        return List.of(
                new Gate(
                        "structure",
                        "every tensor that config names, none else",
                        "38 of 38",
                        "all",
                        Gate.State.PASSED,
                        ""),
                new Gate("accounted for", "adapter tensors consumed", "60 of 60", "all", Gate.State.PASSED, ""),
                new Gate("fidelity", "mean KL, merged ‖ unmerged, 4,111 tokens", measured, "≤ 1e-3", fidelity, ""),
                new Gate("effect", "mean KL, merged ‖ base", "3.21", "≥ 1e-4", Gate.State.PASSED, ""),
                new Gate(
                        "general text", "perplexity against the base", "+35 %", "not set", Gate.State.INFORMATION, ""));
    }

    private static List<HistogramBin> histogram() {
        double[] lows = {-12, -10, -9.5, -9, -8.5, -8, -7.5, -7, -6.5, -6};
        long[] counts = {1019, 1, 8, 8, 48, 169, 539, 1573, 739, 7};
        List<HistogramBin> bins = new ArrayList<>();
        for (int i = 0; i < lows.length; i++) {
            bins.add(new HistogramBin(lows[i], counts[i]));
        }
        return bins;
    }

    private static Accounting accounting() {
        return new Accounting(
                List.of(new LedgerEntry(
                        InputRole.ADAPTER,
                        "base_model.model.lm_head.original_module.weight",
                        Outcome.IGNORED,
                        "",
                        "frozen original of a module saved whole")),
                List.of(new TensorDigest("model.norm.weight", "sha256:" + SHA)));
    }

    private static List<ModuleEffect> modules() {
        List<ModuleEffect> modules = new ArrayList<>();
        String[] projections = {
            "self_attn.q_proj",
            "self_attn.k_proj",
            "self_attn.v_proj",
            "self_attn.o_proj",
            "mlp.gate_proj",
            "mlp.up_proj",
            "mlp.down_proj"
        };
        double[][] effects = {
            {0.413, 0.468, 0.261, 0.225, 0.336, 0.331, 0.182},
            {0.319, 0.289, 0.248, 0.236, 0.420, 0.423, 0.320},
            {0.415, 0.346, 0.303, 0.264, 0.376, 0.381, 0.314},
            {0.339, 0.347, 0.190, 0.213, 0.314, 0.324, 0.228}
        };
        for (int layer = 0; layer < effects.length; layer++) {
            for (int i = 0; i < projections.length; i++) {
                modules.add(new ModuleEffect(
                        "model.layers." + layer + "." + projections[i], effects[layer][i], 0.001 + 0.002 * i));
            }
        }
        modules.add(new ModuleEffect("model.embed_tokens", 1.621, 0.0004));
        modules.add(new ModuleEffect("lm_head", 0.336, 0.0011));
        return modules;
    }
}
