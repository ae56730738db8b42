package dev.ingot.validate.page;

import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.LedgerEntry;
import dev.ingot.pipeline.plan.LedgerEntry.Outcome;
import dev.ingot.pipeline.report.AppliedPolicy;
import dev.ingot.pipeline.report.FidelityIntervals;
import dev.ingot.pipeline.report.Incumbent;
import dev.ingot.pipeline.report.Interval;
import dev.ingot.pipeline.report.MergeBaseChoice;
import dev.ingot.pipeline.report.MergeBaseChoice.Candidate;
import dev.ingot.pipeline.report.PerplexityIntervals;
import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.report.Report.Accounting;
import dev.ingot.pipeline.report.Report.Attested;
import dev.ingot.pipeline.report.Report.Fidelity;
import dev.ingot.pipeline.report.Report.Gate;
import dev.ingot.pipeline.report.Report.MergedAdapter;
import dev.ingot.pipeline.report.Report.ModuleEffect;
import dev.ingot.pipeline.report.Report.OutputFile;
import dev.ingot.pipeline.report.Report.Perplexity;
import dev.ingot.pipeline.report.Report.Provenance;
import dev.ingot.pipeline.report.Report.RoundingLoss;
import dev.ingot.pipeline.report.Report.StageTiming;
import dev.ingot.pipeline.report.Report.TensorDigest;
import dev.ingot.pipeline.report.Report.TensorFigure;
import dev.ingot.pipeline.report.WorstToken;
import dev.ingot.pipeline.request.GateOverride;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Reports that are long, or that have everything that a report can have. */
final class MoreSampleReports {
    private static final String SHA = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";
    private static final List<String> PROJECTIONS = List.of(
            "self_attn.q_proj",
            "self_attn.k_proj",
            "self_attn.v_proj",
            "self_attn.o_proj",
            "mlp.gate",
            "mlp.gate_proj",
            "mlp.up_proj",
            "mlp.down_proj",
            "mlp.shared_expert_gate");

    private MoreSampleReports() {}

    /** 80 layers of nine modules each; 3,000 tensors left over and as many untouched. */
    static Report large() {
        List<ModuleEffect> modules = new ArrayList<>();
        for (int layer = 0; layer < 80; layer++) {
            for (int i = 0; i < PROJECTIONS.size(); i++) {
                double effect = 0.002 + 0.0004 * ((layer * 7 + i * 13) % 40) + 0.0001 * layer;
                modules.add(new ModuleEffect("model.layers." + layer + "." + PROJECTIONS.get(i), effect, 0.01 * i));
            }
        }
        Report good = SampleReports.delivered();
        Accounting accounting = new Accounting(
                IntStream.range(0, 3000)
                        .mapToObj(i -> new LedgerEntry(
                                InputRole.ADAPTER,
                                "base_model.model.model.layers." + i / 37 + ".mlp.experts." + i
                                        + ".down_proj.base_layer.weight",
                                Outcome.IGNORED,
                                "",
                                "frozen original of a module saved whole"))
                        .toList(),
                IntStream.range(0, 3000)
                        .mapToObj(i -> new TensorDigest(
                                "model.layers." + i / 37 + ".mlp.experts." + i + ".down_proj.weight", "sha256:" + SHA))
                        .toList());
        return with(
                good,
                "acme / support-llama-3.3-70b-instruct-2026-11-22",
                true,
                good.gates(),
                good.perplexities(),
                good.fidelity(),
                modules,
                accounting,
                good.stages(),
                IntStream.rangeClosed(1, 30)
                        .mapToObj(i -> new OutputFile(
                                "model-%05d-of-00030.safetensors".formatted(i), 4_976_698_672L, "sha256:" + SHA))
                        .toList(),
                good.provenance(),
                figures(2000));
    }

    /** What {@code ingot validate} says of a merge that another tool made, and that is wrong. */
    static Report foreign() {
        Report good = SampleReports.refused();
        List<TensorFigure> weights = List.of(
                new TensorFigure("lm_head.weight", true, "float16", 1_048_576, 1_048_576, 12, 4096.0),
                new TensorFigure("model.layers.0.mlp.down_proj.weight", true, "float16", 98_304, 98_304, 65_000, 1.0),
                new TensorFigure("model.layers.1.mlp.down_proj.weight", true, "float16", 98_304, 98_304, 98_000, null),
                new TensorFigure("model.norm.weight", false, "float16", 256, 256, 256, 0.0));
        return with(
                good,
                "somebodys-merge",
                false,
                List.of(
                        new Gate(
                                "weights",
                                "distance of every tensor from base + adapter, merged again, in units of rounding",
                                "4,096, 71.2 % equal",
                                "≤ 2.00",
                                Gate.State.FAILED,
                                "lm_head.weight is furthest off, 1,048,564 of its 1,048,576 values differ"),
                        new Gate("fidelity", "mean KL, merged ‖ unmerged", "0.41", "≤ 1e-3", Gate.State.FAILED, "")),
                good.perplexities(),
                good.fidelity(),
                List.of(),
                Accounting.NONE,
                List.of(new StageTiming("validate", 27.6, 10_430_040, 0, "")),
                List.of(new OutputFile("config.json", 719, ""), new OutputFile("model.safetensors", 10_430_040, "")),
                good.provenance(),
                weights);
    }

    /** Three adapters, measured with intervals, under a policy of the team's, past one gate, beside an incumbent, signed. */
    static Report everything() {
        Report good = SampleReports.delivered();
        Provenance one = good.provenance();
        List<MergedAdapter> adapters = List.of(
                new MergedAdapter("file:///srv/adapters/support", 1, "sha256:" + SHA),
                new MergedAdapter("hf://acme/tone@main", 0.5, "sha256:" + SHA),
                new MergedAdapter("file:///srv/adapters/ümläut „quotes“", -0.25, "sha256:" + SHA));
        Provenance provenance = new Provenance(
                        one.base(),
                        one.baseIdentity(),
                        one.adapter(),
                        one.adapterIdentity(),
                        adapters,
                        one.planDigest(),
                        one.ingotVersion(),
                        null)
                .with(new Attested("provenance.intoto.jsonl", "model.sig", SHA));
        List<Gate> gates = new ArrayList<>(good.gates());
        gates.add(new Gate(
                        "regression",
                        "perplexity on general text against the base",
                        "+35 %",
                        "≤ +10 %",
                        Gate.State.FAILED,
                        "")
                .near("the interval +9 % to +38 % holds the limit")
                .overriddenBy(new GateOverride(
                        "regression",
                        "Ada Lovelace",
                        Instant.parse("2026-11-20T09:00:00Z"),
                        "The model speaks jargon only.")));
        PerplexityIntervals intervals = new PerplexityIntervals(
                new Interval(5800.5, 6300.25),
                new Interval(160.25, 175.5),
                new Interval(160.25, 175.5),
                new Interval(0.026, 0.029));
        List<Perplexity> perplexities =
                List.of(new Perplexity("domain", "Jargon File", SHA, 2064, 6053.3, 168.083, 168.0833, intervals));
        Fidelity measured = good.fidelity().orElseThrow();
        Interval narrow = new Interval(1.5e-7, 1.9e-7);
        Fidelity fidelity = new Fidelity(
                measured.tokens(),
                measured.meanKl(),
                measured.maxKl(),
                measured.agreement(),
                measured.effectKl(),
                measured.mergedEffectKl(),
                measured.histogram(),
                new FidelityIntervals(narrow, new Interval(0.999, 1), new Interval(3, 3.4), new Interval(3, 3.4)),
                List.of(
                        new WorstToken("domain", 1042, "The ", "hacker", 1.15e-6, true),
                        new WorstToken(
                                "general",
                                7,
                                "And it came to pass,\nthat when the king\theard",
                                "<|im_end|>",
                                9e-7,
                                false),
                        new WorstToken("domain", 3, "x".repeat(300), "\n\n", 8e-7, true)));
        Report report = with(
                good,
                good.title(),
                true,
                gates,
                perplexities,
                Optional.of(fidelity),
                good.modules(),
                good.accounting(),
                good.stages(),
                good.files(),
                provenance,
                figures(38));
        return report.chosenBy(new MergeBaseChoice(
                "trained",
                "the lower perplexity on domain text, where the intervals do not overlap; else what training saw.",
                "It has the lower perplexity on domain text.",
                List.of(
                        new Candidate("trained", "file:///srv/models/base-nf4", true, "Right.", perplexities),
                        new Candidate("original", "file:///srv/models/base", true, "Right.", perplexities))));
    }

    private static List<TensorFigure> figures(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new TensorFigure(
                        "model.layers." + i / 25 + ".mlp.experts." + i % 25 + ".down_proj.weight",
                        i % 3 > 0,
                        "bfloat16",
                        1_000_000,
                        i % 2 == 0 ? 1_000_000 : 65_536,
                        i == 7 ? 65_000 : i % 2 == 0 ? 1_000_000 : 65_536,
                        i == 7 ? 1.0 : 0.0))
                .toList();
    }

    private static Report with(
            Report good,
            String title,
            boolean delivered,
            List<Gate> gates,
            List<Perplexity> perplexities,
            Optional<Fidelity> fidelity,
            List<ModuleEffect> modules,
            Accounting accounting,
            List<StageTiming> stages,
            List<OutputFile> files,
            Provenance provenance,
            List<TensorFigure> weights) {
        AppliedPolicy policy = new AppliedPolicy(
                "teams/support/policy.yaml", SHA, Map.of("fidelity.mean_kl", "0.02", "agreement.least", "off"));
        Incumbent incumbent = new Incumbent("support-llama", "prod", 2, perplexities, "");
        return new Report(
                1,
                good.run(),
                title,
                good.subtitle(),
                good.at(),
                good.verdict(),
                delivered,
                good.knowFirst(),
                gates,
                perplexities,
                fidelity,
                "",
                good.tying(),
                good.base(),
                modules,
                good.adapterLedger(),
                good.baseLedger(),
                9,
                accounting,
                new RoundingLoss(0.021, "float16", 0.0034),
                stages,
                files,
                good.load(),
                provenance,
                good.notes(),
                weights,
                policy,
                incumbent,
                null);
    }
}
