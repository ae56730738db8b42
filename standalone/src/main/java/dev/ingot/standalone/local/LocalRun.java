package dev.ingot.standalone.local;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.ingest.Ingest;
import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.report.Verdict;
import dev.ingot.pipeline.request.BaseForms;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.request.WeightedAdapter;
import dev.ingot.pipeline.signing.ModelSigner;
import dev.ingot.pipeline.source.AdapterPlace;
import dev.ingot.pipeline.source.hub.PinnedRequest;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.RunKeys;
import dev.ingot.pipeline.store.folder.FolderStore;
import dev.ingot.pipeline.store.memory.MemoryStore;
import dev.ingot.pipeline.work.Outcome;
import dev.ingot.pipeline.work.RunFiles;
import dev.ingot.pipeline.work.Worker;
import dev.ingot.standalone.terminal.ExitCode;
import dev.ingot.standalone.terminal.ProgressBoard;
import dev.ingot.standalone.terminal.Terminal;
import dev.ingot.validate.ValidateConfig;
import dev.ingot.validate.gate.GatePolicy;
import dev.ingot.validate.gate.Overrides;
import dev.ingot.validate.policy.PolicyPlaces;
import dev.ingot.validate.policy.TeamPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A merge of one person's folders: the stages of the services, in this process. All or nothing: until the verdict, --out holds nothing but
 * a folder of this run's own, and a run that does not deliver leaves nothing there but, after a gate's no, its report.
 */
public final class LocalRun {
    private static final List<String> STAGES =
            List.of(StageName.INGEST.id(), StageName.DEQUANT.id(), StageName.MERGE.id(), StageName.VALIDATE.id());

    private final Terminal terminal;
    private final MergeOptions options;
    private final boolean json;
    private final Optional<ModelSigner> signer;
    private final Worker worker;
    private final Clock clock = Clock.systemUTC();
    private final LocalSources sources = new LocalSources(System.getenv());
    private final long started = System.nanoTime();

    /** @param signer of what is delivered, if the options ask for provenance */
    public LocalRun(
            Terminal terminal, MergeOptions options, boolean json, String version, Optional<ModelSigner> signer) {
        this.terminal = terminal;
        this.options = options;
        this.json = json;
        this.signer = signer;
        this.worker = new Worker("ingot merge", version);
    }

    /** Runs to the end; says on the terminal how it went. Throws what ended it early; then nothing is left behind. */
    public ExitCode run() throws IOException, InterruptedException {
        LocalPlaces places = new LocalPlaces(sources.open(), HuggingFaceCache.of(System.getenv()), terminal::say);
        requirePolicy();
        RunRequest request = PinnedRequest.of(LocalRequest.of(options, places, clock), sources.open());
        OutFolder out = new OutFolder(options.out(), request.run().run());
        for (RunRequest form : BaseForms.of(request)) {
            out.requireApart("base", form.base());
        }
        for (WeightedAdapter adapter : request.requireAdapters()) {
            out.requireApart("adapter", AdapterPlace.parse(adapter.adapter()).location());
        }
        return new AllOrNothing(terminal, out, options.out()).run(() -> {
            // Planned before the pipeline is set up, so that what headers can refuse is refused without loading any of
            // it; the ingest
            // stage takes these plans, and a file that changes in between is found when it is opened for its weights.
            return deliver(request, Ingest.plans(request, sources.open()), out);
        });
    }

    /** A policy or an override that is wrong is refused before anything is merged. */
    private void requirePolicy() throws IOException {
        GatePolicy usual = ValidateConfig.delivering().policy();
        TeamPolicy policy = new PolicyPlaces(options.policy(), Optional.empty()).alone(usual);
        Overrides.require(options.overrides(), policy.gates());
    }

    private ExitCode deliver(RunRequest request, List<Plan> plans, OutFolder out)
            throws IOException, InterruptedException {
        SplitStore store =
                new SplitStore(new RunKeys(request.run()).allData(), () -> dataStore(out), documents(request));
        for (Plan plan : plans) {
            sources.download(plan, terminal);
        }
        Verdict verdict;
        try (ProgressBoard board = new ProgressBoard(terminal, STAGES)) {
            verdict = work(request, plans, out, store, new RunDisplay(board));
        }
        Delivery delivery = new Delivery(store, out, options.keepRejected());
        return switch (verdict) {
            case Verdict.Published published -> say(delivery.published(published), ExitCode.DELIVERED);
            case Verdict.Rejected rejected
            when rejected.stage() == StageName.VALIDATE -> say(delivery.rejected(rejected), ExitCode.REJECTED);
            case Verdict.Rejected refused ->
                throw new RefusedInput(refused.code(), refused.sentence(), refused.remedy());
        };
    }

    private Verdict work(RunRequest request, List<Plan> plans, OutFolder out, SplitStore store, RunDisplay display)
            throws IOException, InterruptedException {
        CompletableFuture<Verdict> ended = new CompletableFuture<>();
        WatchedStage.Watcher watcher = new WatchedStage.Watcher() {
            @Override
            public void started(TaskId task) {
                display.started(task);
            }

            @Override
            public void done(TaskId task, Outcome.Done outcome) throws IOException {
                LocalRun.done(task, new RunFiles(store), out, display);
            }

            @Override
            public void failed(Exception failure) {
                ended.completeExceptionally(failure);
            }
        };
        return new LocalPipeline(store, worker, clock)
                .run(
                        request,
                        LocalStages.watched(store, sources.open(), options, plans, worker, signer, clock, watcher),
                        ended,
                        display::heard);
    }

    private static void done(TaskId task, RunFiles files, OutFolder out, RunDisplay display) throws IOException {
        switch (task.stage()) {
            case INGEST -> {
                List<Plan> plans = files.plans(task.run());
                out.requireSpace(plans.stream()
                        .mapToLong(plan -> plan.estimate().bytesOut())
                        .sum());
                display.planned(plans);
            }
            case DEQUANT -> {}
            case MERGE -> display.merged(task.shard());
            case VALIDATE -> files.report(task.run()).ifPresent(display::judged);
        }
    }

    private static ObjectStore dataStore(OutFolder out) {
        try {
            out.take();
            return FolderStore.scratch(out.own());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ObjectStore documents(RunRequest request) throws IOException {
        return options.scratch().isEmpty()
                ? new MemoryStore()
                : FolderStore.scratch(
                        options.scratch().get().resolve("ingot-" + request.run().run()));
    }

    private ExitCode say(Delivered delivered, ExitCode exit) {
        double seconds = (System.nanoTime() - started) / 1e9;
        Path shown = options.out();
        delivered.print(terminal, shown, exit, seconds, json);
        if (json) {
            terminal.out().print(delivered.json(shown, exit, seconds));
        }
        return exit;
    }
}
