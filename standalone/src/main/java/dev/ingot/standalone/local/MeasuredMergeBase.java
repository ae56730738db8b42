package dev.ingot.standalone.local;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.ingest.Planner;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.report.MergeBaseChoice;
import dev.ingot.pipeline.report.MergeBaseChoice.Candidate;
import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.report.Verdict;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.request.RunRequest.MergeBase;
import dev.ingot.pipeline.source.AdapterFiles;
import dev.ingot.pipeline.source.Sources;
import dev.ingot.pipeline.source.hub.PinnedRequest;
import dev.ingot.pipeline.store.RunKeys;
import dev.ingot.pipeline.store.folder.FolderStore;
import dev.ingot.pipeline.store.memory.MemoryStore;
import dev.ingot.pipeline.work.Outcome;
import dev.ingot.pipeline.work.RunFiles;
import dev.ingot.pipeline.work.Worker;
import dev.ingot.standalone.Trees;
import dev.ingot.standalone.terminal.Terminal;
import dev.ingot.validate.MergeBaseRule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/**
 * Finds out which form of its base an adapter is better merged onto: merges onto both, in turn, into a folder of its own beside --out, and measures what comes out on
 * the same tokens. What was merged is removed; the run that follows merges onto the better one again, which gives the same bytes.
 */
final class MeasuredMergeBase {
    /** Of each text. */
    private static final long TOKENS = 1024;

    private final Terminal terminal;
    private final MergeOptions options;
    private final LocalSources sources;
    private final LocalPlaces places;
    private final Worker worker;
    private final Clock clock;

    MeasuredMergeBase(
            Terminal terminal,
            MergeOptions options,
            LocalSources sources,
            LocalPlaces places,
            Worker worker,
            Clock clock) {
        this.terminal = terminal;
        this.options = options;
        this.sources = sources;
        this.places = places;
        this.worker = worker;
        this.clock = clock;
    }

    /** RefusedInput {@code merge-base.*} where there is no other form of the base, or nothing to measure it with. */
    MergeBaseChoice choose() throws IOException, InterruptedException {
        if (options.originalBase().isEmpty() && options.quantizationConfig().isEmpty()) {
            throw new RefusedInput(
                    "merge-base.one",
                    "--merge-base measured needs two forms of the base, and only one is named.",
                    "name the 16-bit original of a quantized base with --original-base; or, where training quantized a 16-bit base while loading, say how"
                            + " with --quantization-config");
        }
        Candidate trained = measure(MergeBase.TRAINED);
        Candidate original = measure(MergeBase.ORIGINAL);
        MergeBaseChoice choice = MergeBaseRule.choose(trained, original);
        terminal.say("merge base: " + choice.chosen() + ". " + choice.reason());
        return choice;
    }

    private Candidate measure(MergeBase form) throws IOException, InterruptedException {
        String name = form.name().toLowerCase(Locale.ROOT);
        terminal.say("measuring the merge onto '" + name + "' …");
        MergeOptions onto = options.onto(form);
        RunRequest request = PinnedRequest.of(LocalRequest.of(onto, places, clock), sources.open());
        Sources folders = sources.open();
        Plan plan = new Planner().plan(request, folders.open(request.base()), AdapterFiles.open(request, folders));
        sources.download(plan, terminal);
        Path parent = options.out().toAbsolutePath().normalize().getParent();
        Path folder = Files.createTempDirectory(Files.createDirectories(parent), ".ingot-measured-");
        try {
            Report report = report(onto, request, plan, folder);
            return new Candidate(name, request.base(), report.delivered(), report.verdict(), report.perplexities());
        } finally {
            Trees.delete(folder);
        }
    }

    private Report report(MergeOptions onto, RunRequest request, Plan plan, Path folder)
            throws IOException, InterruptedException {
        SplitStore store = new SplitStore(new RunKeys(request.run()).allData(), () -> data(folder), new MemoryStore());
        CompletableFuture<Verdict> ended = new CompletableFuture<>();
        Verdict verdict = new LocalPipeline(store, worker, clock)
                .run(
                        request,
                        LocalStages.measuring(store, sources.open(), onto, TOKENS, plan, worker, clock, failing(ended)),
                        ended,
                        progress -> {});
        return new RunFiles(store).report(request.run()).orElseThrow(() -> refused(verdict));
    }

    /** Only what is input's fault ends a run without a report. */
    private static RuntimeException refused(Verdict verdict) {
        return verdict instanceof Verdict.Rejected rejected
                ? new RefusedInput(rejected.code(), rejected.sentence(), rejected.remedy())
                : new IllegalStateException("a merge was published without a report");
    }

    private static FolderStore data(Path folder) {
        try {
            return FolderStore.scratch(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static WatchedStage.Watcher failing(CompletableFuture<Verdict> ended) {
        return new WatchedStage.Watcher() {
            @Override
            public void started(TaskId task) {}

            @Override
            public void done(TaskId task, Outcome.Done outcome) {}

            @Override
            public void failed(Exception failure) {
                ended.completeExceptionally(failure);
            }
        };
    }
}
