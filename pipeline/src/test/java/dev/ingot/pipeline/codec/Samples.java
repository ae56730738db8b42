package dev.ingot.pipeline.codec;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.EventHeader;
import dev.ingot.pipeline.event.EventKind;
import dev.ingot.pipeline.plan.Assertion;
import dev.ingot.pipeline.plan.BaseStatement;
import dev.ingot.pipeline.plan.CarriedFile;
import dev.ingot.pipeline.plan.ConfigEdit;
import dev.ingot.pipeline.plan.Estimate;
import dev.ingot.pipeline.plan.InputFile;
import dev.ingot.pipeline.plan.LedgerEntry;
import dev.ingot.pipeline.plan.Operation;
import dev.ingot.pipeline.plan.OutputShard;
import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.plan.TensorRef;
import dev.ingot.pipeline.plan.TyingDecision;
import dev.ingot.pipeline.plan.Value;
import dev.ingot.pipeline.report.AppliedPolicy;
import dev.ingot.pipeline.report.FidelityIntervals;
import dev.ingot.pipeline.report.Incumbent;
import dev.ingot.pipeline.report.Interval;
import dev.ingot.pipeline.report.Manifest;
import dev.ingot.pipeline.report.MergeBaseChoice;
import dev.ingot.pipeline.report.PerplexityIntervals;
import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.report.Verdict;
import dev.ingot.pipeline.report.WorstToken;
import dev.ingot.pipeline.request.GateOverride;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.request.WeightedAdapter;
import dev.ingot.pipeline.work.AttemptRecord;
import dev.ingot.pipeline.work.Marker;
import dev.ingot.pipeline.work.ObjectRef;
import dev.ingot.pipeline.work.StageResult;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One of everything that is written as JSON; the golden files hold these. */
final class Samples {
    private static final RunRef RUN = new RunRef("support", "run-7");
    private static final Instant AT = Instant.parse("2026-11-22T10:15:30.123Z");
    private static final EventHeader HEADER = new EventHeader("6f9619ff-8b86-4d01-b42d-00cf4fc964ff", RUN, AT);
    private static final TyingDecision TYING = new TyingDecision(
            true,
            false,
            "model.embed_tokens.weight",
            "lm_head.weight",
            "The adapter changes both ends differently.",
            List.of("vLLM cannot serve this family untied."));
    private static final BaseStatement BASE =
            new BaseStatement(BaseStatement.Kind.PACKED, true, "Training saw the 4-bit base.");

    private Samples() {}

    static Event event(EventKind kind) {
        return switch (kind) {
            case RUN_REQUESTED -> new Event.RunRequested(HEADER);
            case SHARD_PLANNED -> new Event.ShardPlanned(HEADER, 2);
            case SHARD_DEQUANTIZED -> new Event.ShardDequantized(HEADER, 2);
            case CHECKPOINT_MERGED -> new Event.CheckpointMerged(HEADER);
            case RUN_PROGRESS ->
                new Event.RunProgressed(HEADER, StageName.MERGE, 2, 1_073_741_824L, 4_294_967_296L, "bytes", "");
            case MODEL_PUBLISHED -> new Event.ModelPublished(HEADER, "support-llama", 3);
            case RUN_REJECTED ->
                new Event.RunRejected(
                        HEADER,
                        StageName.INGEST,
                        "adapter.unmatched-key",
                        "adapter_model.safetensors holds lora_A of layers.99, which the base does not have.",
                        "Name the base that the adapter was trained on.");
        };
    }

    /** Stored documents, by the name of their golden file. */
    static Map<String, Object> documents() {
        Map<String, Object> documents = new LinkedHashMap<>();
        documents.put("request", request());
        documents.put("request-adapters", requestOfSeveral());
        documents.put("plan", plan());
        documents.put("attempt", new AttemptRecord("merge-00001", 1, "a-1", "worker-1", AT));
        documents.put("marker-ingest", marker("ingest", new StageResult.Planned(object("plan.json"), 1)));
        documents.put(
                "marker-dequant",
                marker("dequant-00001", new StageResult.DequantizedShard(1, object("t"), true, 4096, "ab12")));
        documents.put("marker-merge", marker("merge-00001", merged()));
        documents.put(
                "marker-validate",
                marker("validate", new StageResult.Validated(object("report.json"), true, "support-llama", 3)));
        documents.put("result-published", new Verdict.Published(RUN, AT, "support-llama", 3));
        documents.put(
                "result-rejected",
                new Verdict.Rejected(RUN, AT, StageName.VALIDATE, "gate.fidelity", "KL 0.4, limit 0.01.", "Check."));
        documents.put("manifest", manifest());
        documents.put("report", report());
        return documents;
    }

    private static RunRequest requestOfSeveral() {
        RunRequest one = request();
        return RunRequest.builder(RUN, one.model(), one.base())
                .adapters(List.of(
                        WeightedAdapter.whole("s3://adapters/run-7"),
                        new WeightedAdapter("s3://adapters/run-8", -0.25)))
                .trainedOn(one.trainedOn())
                .quantizationConfig(one.quantizationConfig())
                .mergeBase(one.mergeBase())
                .swapNibbles(one.swapNibbles())
                .baseIsResidual(one.baseIsResidual())
                .dtype(one.dtype())
                .tie(one.tie())
                .validate(one.validate())
                .maxShardBytes(one.maxShardBytes())
                .evaluation(one.evaluation())
                .provenance(one.provenance())
                .submitted(one.submittedBy(), one.submittedAt())
                .build();
    }

    private static RunRequest request() {
        return RunRequest.builder(RUN, "support-llama", "file:///models/base")
                .adapter("s3://adapters/run-7")
                .trainedOn(RunRequest.TrainedOn.QUANTIZED_WHILE_LOADING)
                .quantizationConfig("{\"load_in_4bit\": true}")
                .validate(RunRequest.ValidationLevel.SMOKE)
                .evaluation(Map.of("general", "file:///text/general.txt", "domain", "file:///text/domain.txt"))
                .provenance(true)
                .submitted("hook", AT)
                .build();
    }

    private static Plan plan() {
        TensorRef packed = tensor("w", DType.U8, Shape.of(32, 1), 8, 32);
        TensorRef absmax = tensor("w.absmax", DType.U8, Shape.of(1), 40, 1);
        Value quantized = new Value.Packed4Bit(
                packed,
                "nf4",
                64,
                false,
                absmax,
                Optional.of(new Value.NestedAbsmax(
                        tensor("w.nested_quant_map", DType.F32, Shape.of(256), 48, 1024),
                        tensor("w.nested_absmax", DType.F32, Shape.of(1), 1072, 4),
                        256,
                        DType.F32,
                        0.1f)),
                DType.BF16,
                Shape.of(8, 8));
        Value plain =
                new Value.Packed4Bit(packed, "fp4", 64, false, absmax, Optional.empty(), DType.F16, Shape.of(8, 8));
        Value stored = new Value.Stored(tensor("norm", DType.F32, Shape.of(), 2000, 4), DType.F32);
        Operation add = new Operation.AddLowRank(
                new Operation.Factor(tensor("b", DType.F32, Shape.of(8, 2), 8, 64), false),
                new Operation.Factor(tensor("a", DType.F32, Shape.of(2, 8), 72, 64), true),
                2,
                1.4142135f);
        OutputShard shard = new OutputShard(
                1,
                "model.safetensors",
                List.of(
                        new OutputTensor("w", DType.BF16, Shape.of(8, 8), quantized, List.of(add)),
                        new OutputTensor("v", DType.F16, Shape.of(8, 8), plain, List.of()),
                        new OutputTensor("norm", DType.F32, Shape.of(), stored, List.of())));
        return new Plan(
                Plan.SCHEMA,
                RUN,
                "llama",
                "LlamaForCausalLM",
                List.of(new InputFile(
                        InputFile.InputRole.BASE, "file:///models/base", "model.safetensors", 2004, "mtime-1")),
                List.of(shard),
                List.of(new LedgerEntry(InputFile.InputRole.ADAPTER, "a", LedgerEntry.Outcome.MERGED, "w", "")),
                TYING,
                BASE,
                List.of(
                        new Assertion.AllFinite("base.not-finite"),
                        new Assertion.MirrorEqualsBase("w", tensor("m", DType.F32, Shape.of(1), 0, 4), stored)),
                "{\"model_type\": \"llama\"}",
                List.of(
                        new ConfigEdit(List.of("text_config", "tie_word_embeddings"), "false"),
                        new ConfigEdit(List.of("quantization_config"), null)),
                List.of(new CarriedFile(0, "tokenizer.json")),
                "LoRA r=2, alpha=2, rsLoRA",
                new Estimate(3000, 200, 1),
                true,
                List.of("The tokenizer is the base's."));
    }

    private static StageResult merged() {
        return new StageResult.MergedShard(
                1,
                "model.safetensors",
                object("model.safetensors"),
                List.of(new StageResult.TensorFact(
                        "w", DType.BF16, Shape.of(8, 8), true, "aa", "bb", 12.5, 1.0E-3, Double.NaN)),
                List.of(new StageResult.NamedObject("config.json", object("config.json"))),
                List.of("The adapter's copy of w differs."));
    }

    private static final Interval BETWEEN = new Interval(0.25, 0.5);
    private static final GateOverride OVERRIDE = new GateOverride("fidelity", "Ada", AT, "We know this one.");

    private static Manifest manifest() {
        return new Manifest(
                1,
                "support",
                "support-llama",
                3,
                RUN,
                AT,
                List.of(new Manifest.ManifestFile("model.safetensors", "teams/support/x", 5_000_000_000L, "aa")),
                List.of(OVERRIDE));
    }

    private static Report report() {
        return new Report(
                1,
                RUN,
                "support / support-llama",
                "LoRA r=2 onto base",
                AT,
                "Published.",
                true,
                "",
                List.of(new Report.Gate(
                        "fidelity",
                        "Does it say the same?",
                        "0.001",
                        "0.01",
                        Report.Gate.State.OVERRIDDEN,
                        "",
                        true,
                        OVERRIDE)),
                List.of(new Report.Perplexity(
                        "domain",
                        "tickets",
                        "cc",
                        512,
                        9.5,
                        7.25,
                        Double.POSITIVE_INFINITY,
                        new PerplexityIntervals(BETWEEN, BETWEEN, BETWEEN, BETWEEN))),
                Optional.of(new Report.Fidelity(
                        512,
                        0.001,
                        0.01,
                        0.999,
                        0.2,
                        0.2,
                        List.of(new Report.HistogramBin(-6, 500)),
                        new FidelityIntervals(BETWEEN, BETWEEN, BETWEEN, BETWEEN),
                        List.of(new WorstToken("domain", 17, "the printer does not", " start", 0.01, false)))),
                "",
                TYING,
                BASE,
                List.of(new Report.ModuleEffect("layers.0.q_proj", 0.01, 0.17)),
                Map.of(LedgerEntry.Outcome.REPLACES, 1, LedgerEntry.Outcome.MERGED, 28),
                Map.of(LedgerEntry.Outcome.COPIED, 3),
                2,
                new Report.Accounting(
                        List.of(new LedgerEntry(
                                InputFile.InputRole.ADAPTER,
                                "head.original_module.weight",
                                LedgerEntry.Outcome.IGNORED,
                                "",
                                "frozen")),
                        List.of(new Report.TensorDigest("model.norm.weight", "crc32c:0badcafe"))),
                new Report.RoundingLoss(0.17, "float16", 0.125),
                List.of(new Report.StageTiming("merge", 1.5, 4096, 2048, "")),
                List.of(new Report.OutputFile("model.safetensors", 2004, "sha256:aa")),
                List.of("AutoModelForCausalLM.from_pretrained(\"x\")"),
                new Report.Provenance("base", "b1", "adapter", "a1", "dd", "0.1.0"),
                List.of(),
                List.of(
                        new Report.TensorFigure("w", true, "bfloat16", 64, 32, 31, 0.5),
                        new Report.TensorFigure("x", false, "bfloat16", 64, 64, 63, null)),
                new AppliedPolicy("policy.yaml", "ff", Map.of("fidelity.mean_kl", "0.02")),
                new Incumbent("support-llama", "prod", 2, List.of(), "its report has no domain text"),
                new MergeBaseChoice(
                        "trained",
                        "The lower perplexity.",
                        "It is lower.",
                        List.of(new MergeBaseChoice.Candidate("trained", "file:/base", true, "Right.", List.of()))));
    }

    private static Marker marker(String task, StageResult result) {
        return new Marker(task, "a-1", "worker-1", "0.1.0", AT, Duration.ofMillis(1500), result);
    }

    private static ObjectRef object(String name) {
        return new ObjectRef("teams/support/runs/run-7/" + name, 2004, "", -559038737);
    }

    private static TensorRef tensor(String name, DType dtype, Shape shape, long offset, long length) {
        return new TensorRef(0, name, dtype, shape, offset, length);
    }
}
