package dev.ingot.validate;

import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.loading.TrainingQuantization;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.digest.StreamDigest;
import dev.ingot.pipeline.plan.BaseStatement;
import dev.ingot.pipeline.plan.InputFile;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.provenance.Builder;
import dev.ingot.pipeline.report.Incumbent;
import dev.ingot.pipeline.report.Manifest;
import dev.ingot.pipeline.report.MergeBaseChoice;
import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.report.Report.MergedAdapter;
import dev.ingot.pipeline.report.Report.OutputFile;
import dev.ingot.pipeline.report.Report.Provenance;
import dev.ingot.pipeline.report.ReportSchema;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.request.RunRequest.MergeBase;
import dev.ingot.pipeline.request.RunRequest.ValidationLevel;
import dev.ingot.pipeline.request.WeightedAdapter;
import dev.ingot.pipeline.signing.ModelSigner;
import dev.ingot.pipeline.source.AdapterFiles;
import dev.ingot.pipeline.source.AdapterPlace;
import dev.ingot.pipeline.source.FileSets;
import dev.ingot.pipeline.source.RemoteFile;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.RunKeys;
import dev.ingot.pipeline.vector.KernelChoice;
import dev.ingot.pipeline.work.Attempt;
import dev.ingot.pipeline.work.ObjectRef;
import dev.ingot.pipeline.work.Outcome;
import dev.ingot.pipeline.work.RunFiles;
import dev.ingot.pipeline.work.StageResult;
import dev.ingot.pipeline.work.Worker;
import dev.ingot.validate.gate.Findings;
import dev.ingot.validate.gate.Overrides;
import dev.ingot.validate.measure.Measurement;
import dev.ingot.validate.page.CardFacts;
import dev.ingot.validate.page.License;
import dev.ingot.validate.page.ModelCard;
import dev.ingot.validate.page.ReportPage;
import dev.ingot.validate.policy.TeamPolicy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Judges a merged run and ends it: report, then manifest, then verdict, each written once. A try that finds an earlier one's report goes on from
 * there, so that a run has one report however often it is tried.
 */
public final class Validate {
    /** Of each text, where two merges are told apart and the request asks for a glance only. */
    private static final long COMPARED_TOKENS = 1024;

    private final ObjectStore store;
    private final RunFiles files;
    private final FileSets sources;
    private final ValidateConfig config;
    private final Worker worker;
    private final Clock clock;
    private final Attestation attestation;

    /** For versions that nobody signs. */
    public Validate(ObjectStore store, FileSets sources, ValidateConfig config, Worker worker, Clock clock) {
        this(store, sources, config, worker, clock, Optional.empty());
    }

    /** @param signer of what is published; empty where no key is set up */
    public Validate(
            ObjectStore store,
            FileSets sources,
            ValidateConfig config,
            Worker worker,
            Clock clock,
            Optional<ModelSigner> signer) {
        this.store = store;
        this.files = new RunFiles(store);
        this.sources = sources;
        this.config = config;
        this.worker = worker;
        this.clock = clock;
        this.attestation = new Attestation(store, sources, signer);
    }

    /** The run's end: Done with a published version, or Rejected with the gate that stayed shut. */
    public Outcome validate(RunRef run, Attempt attempt) throws IOException, InterruptedException {
        List<RunMerge> merges = RunMerge.all(run, files);
        Optional<Report> earlier = files.report(run);
        Report report = earlier.isPresent() ? earlier.get() : report(merges, attempt);
        store.createOnce(
                new RunKeys(run).reportPage(), new ReportPage().render(report).getBytes(StandardCharsets.UTF_8));
        RunMerge counts = counting(merges, report);
        Outcome outcome = report.delivered() ? publish(counts, report, attempt) : reject(report);
        for (RunMerge each : merges) {
            if (!each.name().equals(counts.name())) {
                each.discard(store);
            }
        }
        return outcome;
    }

    private static RunMerge counting(List<RunMerge> merges, Report report) {
        MergeBaseChoice choice = report.mergeBaseChoice();
        return choice != null && choice.isOriginal() ? merges.getLast() : merges.getFirst();
    }

    private Report report(List<RunMerge> merges, Attempt attempt) throws IOException, InterruptedException {
        RunMerge first = merges.getFirst();
        Report report = merges.size() == 1
                ? judge(first, attempt, OptionalLong.empty())
                : better(first, merges.getLast(), attempt);
        return files.createOrRead(new RunKeys(first.plan().run()).report(), report, Report.class);
    }

    /** Judges both merges on the same tokens; the report of the one that the rule prefers, which says so. */
    private Report better(RunMerge trained, RunMerge original, Attempt attempt)
            throws IOException, InterruptedException {
        boolean all = trained.request().validate() == ValidationLevel.FULL;
        Report one = judge(trained, attempt, all ? OptionalLong.empty() : OptionalLong.of(COMPARED_TOKENS));
        OptionalLong tokens =
                one.perplexities().stream().mapToLong(Report.Perplexity::tokens).max();
        Report other = judge(original, attempt, tokens);
        MergeBaseChoice choice = MergeBaseRule.choose(trained.candidate(one), original.candidate(other));
        return (choice.isOriginal() ? other : one).chosenBy(choice);
    }

    /** @param tokens of each text that are measured; empty for as many as the request's level asks for */
    private Report judge(RunMerge merge, Attempt attempt, OptionalLong tokens)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        RunRequest request = merge.request();
        Plan plan = merge.plan();
        MergedRun merged = merge.merged();
        TeamPolicy team = config.places().of(plan.run().team(), store, config.policy());
        ValidateConfig usual = config.by(team);
        ValidateConfig measuring = tokens.isPresent() ? usual.onTokens(tokens.getAsLong()) : usual;
        Overrides.require(request.overridden(), team.gates());
        RemoteFile.requireWhole(plan.inputs(), sources);
        FileSet checkpoint = new MergedFiles(store, "run " + plan.run(), merged.objects());
        JudgeRequest judged = new JudgeRequest(
                plan,
                sources.open(request.base()),
                request.swapNibbles(),
                request.baseIsResidual(),
                quantization(request, plan),
                AdapterFiles.open(request, sources),
                checkpoint,
                EvaluationTexts.of(request, team.evaluation(), sources, checkpoint),
                request.validate(),
                merged.mergeTime());
        Findings findings = new Judge(measuring).examine(judged, attempt.progress());
        Incumbents.Measuring again = manifest -> new IncumbentCheckpoint(store, manifest, measuring, attempt.progress())
                .measure(judged, measured(findings));
        Judgement.Basis basis = new Judgement.Basis(
                team.gates(), team.applied(), incumbent(request, team, findings, again), request.overridden());
        Judgement judgement = Judgement.of(plan, findings, true, basis);
        double seconds = (System.nanoTime() - start) / 1e9;
        return judgement.report(frame(request, plan, merged, seconds));
    }

    private static List<Report.Perplexity> measured(Findings findings) {
        return findings.measurement().map(Measurement::perplexities).orElse(List.of());
    }

    private Optional<Incumbent> incumbent(
            RunRequest request, TeamPolicy team, Findings findings, Incumbents.Measuring again)
            throws IOException, InterruptedException {
        Optional<String> alias = team.gates().quality().alias();
        if (alias.isEmpty()) {
            return Optional.empty();
        }
        String name = request.model();
        return switch (config.destination()) {
            case FOLDER ->
                Optional.of(new Incumbent(name, alias.get(), 0, List.of(), "a merge into a folder knows no versions"));
            case REGISTRY ->
                new Incumbents(store)
                        .find(
                                request.run().team(),
                                name,
                                alias.get(),
                                measured(findings),
                                Optional.of(again)
                                        .filter(_ -> team.gates().quality().remeasured()));
        };
    }

    /** Of a base that is packed in its file, or is merged onto as it is stored, the request's config says nothing more. */
    static Optional<TrainingQuantization> quantization(RunRequest request, Plan plan) {
        boolean loaded = plan.base().kind() == BaseStatement.Kind.QUANTIZED_WHILE_LOADING
                && request.mergeBase() == MergeBase.TRAINED;
        return Optional.ofNullable(request.quantizationConfig())
                .filter(config -> loaded)
                .map(TrainingQuantization::read);
    }

    private ReportFrame frame(RunRequest request, Plan plan, MergedRun merged, double seconds) throws IOException {
        List<Report.StageTiming> timings = new ArrayList<>(merged.timings());
        long read =
                merged.objects().values().stream().mapToLong(ObjectRef::size).sum();
        timings.add(new Report.StageTiming("validate", seconds, read, 0, ""));
        Provenance provenance = provenance(request, plan, worker.version());
        return new ReportFrame(
                clock.instant(),
                config.title(request),
                merged.effects(),
                merged.untouched(),
                timings,
                outputFiles(merged.objects()),
                LoadLines.of(request, plan, config),
                isAttested(plan) ? provenance.with(attestation.announced()) : provenance,
                notes(plan, merged));
    }

    private List<String> notes(Plan plan, MergedRun merged) {
        List<String> notes = new ArrayList<>(merged.notes());
        if (isAttested(plan) && attestation.signer().isEmpty()) {
            notes.add(Attestation.NOT_SIGNED);
        }
        return notes;
    }

    /** What a registry publishes is always stated; a folder's checkpoint where its run asks for it. */
    private boolean isAttested(Plan plan) {
        return switch (config.destination()) {
            case REGISTRY -> true;
            case FOLDER -> plan.provenance();
        };
    }

    private static List<OutputFile> outputFiles(Map<String, ObjectRef> objects) {
        return objects.entrySet().stream()
                .map(file -> new OutputFile(file.getKey(), file.getValue().size(), digest(file.getValue())))
                .toList();
    }

    private static String digest(ObjectRef object) {
        return object.sha256().isEmpty()
                ? "crc32c:" + HexFormat.of().toHexDigits(object.crc32c())
                : "sha256:" + object.sha256();
    }

    static Provenance provenance(RunRequest request, Plan plan, String version) {
        StreamDigest digest = StreamDigest.of(StreamDigest.Algorithm.SHA256);
        List<WeightedAdapter> adapters = request.requireAdapters();
        List<MergedAdapter> merged = adapters.stream()
                .map(adapter -> new MergedAdapter(
                        adapter.adapter(),
                        adapter.weight(),
                        identity(
                                plan,
                                InputRole.ADAPTER,
                                AdapterPlace.parse(adapter.adapter()).location())))
                .toList();
        return new Provenance(
                request.base(),
                identity(plan, InputRole.BASE, request.base()),
                merged.getFirst().adapter(),
                merged.getFirst().identity(),
                WeightedAdapter.alone(adapters).isPresent() ? null : merged,
                "sha256:" + digest.update(Documents.write(plan)).sha256(),
                version,
                null);
    }

    /** Of the first file of weights. */
    private static String identity(Plan plan, InputRole role, String location) {
        return plan.inputs().stream()
                .filter(input -> input.role() == role && input.location().equals(location))
                .filter(input -> input.name().endsWith(".safetensors"))
                .map(InputFile::identity)
                .findFirst()
                .orElse("");
    }

    private Outcome publish(RunMerge merge, Report report, Attempt attempt) throws IOException {
        RunRequest request = merge.request();
        Plan plan = merge.plan();
        RunKeys keys = new RunKeys(plan.run());
        Map<String, ObjectRef> objects = new TreeMap<>(merge.merged().objects());
        objects.put("README.md", writeCard(request, plan, report, attempt));
        if (isAttested(plan)) {
            objects = attest(request, plan, report, objects, attempt);
        }
        Manifest manifest = new Publication(store, plan.run().team(), request.model())
                .publish(plan.run(), request.model(), clock.instant(), objects, report.overrides());
        return new Outcome.Done(
                new StageResult.Validated(reportObject(keys, report), true, manifest.model(), manifest.version()));
    }

    private Map<String, ObjectRef> attest(
            RunRequest request, Plan plan, Report report, Map<String, ObjectRef> objects, Attempt attempt)
            throws IOException {
        Map<String, ObjectRef> all = new TreeMap<>(objects);
        String name = request.model();
        Map<String, String> kernels = Map.of();
        if (config.destination() == ValidateConfig.Destination.FOLDER) {
            RunKeys keys = new RunKeys(plan.run());
            all.put("report.json", attestation.stored(keys.report()));
            all.put("report.html", attestation.stored(keys.reportPage()));
            all.put(
                    ReportSchema.FILE,
                    Attestation.write(store, attempt, ReportSchema.FILE, ReportSchema.bytes(), true));
            name = config.folder().isEmpty() ? name : config.folder();
            kernels = Map.of("dequant", kernel("ingot.dequant.kernel"), "merge", kernel("ingot.merge.kernel"));
        }
        return attestation.attest(request, plan, report, name, Builder.here(worker.version(), kernels), all, attempt);
    }

    private static String kernel(String setting) {
        return KernelChoice.of(setting).name().toLowerCase(Locale.ROOT);
    }

    private static ObjectRef reportObject(RunKeys keys, Report report) {
        byte[] text = Documents.write(report);
        StreamDigest digest = StreamDigest.forRun(false).update(text);
        return new ObjectRef(keys.report(), text.length, "", digest.crc32c());
    }

    private ObjectRef writeCard(RunRequest request, Plan plan, Report report, Attempt attempt) throws IOException {
        Optional<String> baseModel = Optional.empty();
        Optional<License> license = Licenses.of(sources.open(request.base()));
        for (AdapterFiles adapter : AdapterFiles.open(request, sources)) {
            baseModel = baseModel.isPresent()
                    ? baseModel
                    : AdapterConfig.read(adapter.files()).baseModel();
            license = license.isPresent() ? license : Licenses.of(adapter.files());
        }
        CardFacts facts = new CardFacts(
                baseModel.orElse(""), license, List.of("lora", plan.modelType()), CardTask.of(plan), reportPage(plan));
        byte[] text = new ModelCard().render(report, facts).getBytes(StandardCharsets.UTF_8);
        return Attestation.write(store, attempt, "README.md", text, plan.provenance());
    }

    /** Where a reader of the card finds the report: in the same folder, or at the registry. */
    private String reportPage(Plan plan) {
        return switch (config.destination()) {
            case REGISTRY ->
                "/api/teams/%s/runs/%s/report.html"
                        .formatted(plan.run().team(), plan.run().run());
            case FOLDER -> "report.html";
        };
    }

    static TaskId task(RunRef run) {
        return new TaskId(run, StageName.VALIDATE, 0);
    }

    private Outcome reject(Report report) {
        Refusal refusal = Refusal.of(report);
        return new Outcome.Rejected(refusal.code(), refusal.sentence(), refusal.remedy());
    }
}
