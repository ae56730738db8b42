package dev.ingot.standalone.local;

import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.dequant.KernelTiles;
import dev.ingot.ingest.Planner;
import dev.ingot.merge.MergeConfig;
import dev.ingot.merge.MergeShard;
import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.plan.OutputShard;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.source.Sources;
import dev.ingot.pipeline.source.hub.PinnedRequest;
import dev.ingot.pipeline.store.folder.FolderStore;
import dev.ingot.pipeline.work.Attempt;
import dev.ingot.pipeline.work.ObjectRef;
import dev.ingot.pipeline.work.Progress;
import dev.ingot.pipeline.work.StageResult.MergedShard;
import dev.ingot.standalone.terminal.ExitCode;
import dev.ingot.standalone.terminal.ProgressBoard;
import dev.ingot.standalone.terminal.Terminal;
import dev.ingot.validate.MergedFiles;
import dev.ingot.validate.structure.DequantizedCheck;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One person's base, dequantized in this process: planned from its headers, written shard by shard by the machinery that merges, with nothing to
 * merge, held against the base once more, and moved into place. No adapter, so no verdict and no report.
 */
public final class LocalDequantization {
    private static final String PLAN = StageName.INGEST.id();
    private static final String WRITE = StageName.DEQUANT.id();

    private final Terminal terminal;
    private final DequantizeOptions options;
    private final boolean json;
    private final LocalSources reading = new LocalSources(System.getenv());
    private final Sources sources = reading.open();
    private final long started = System.nanoTime();

    public LocalDequantization(Terminal terminal, DequantizeOptions options, boolean json) {
        this.terminal = terminal;
        this.options = options;
        this.json = json;
    }

    /** Runs to the end; says on the terminal how it went. Throws what ended it early; then nothing is left behind. */
    public ExitCode run() throws IOException, InterruptedException {
        LocalPlaces places = new LocalPlaces(sources, HuggingFaceCache.of(System.getenv()), terminal::say);
        RunRequest request = PinnedRequest.of(LocalRequest.of(options, places, Clock.systemUTC()), sources);
        OutFolder out = new OutFolder(options.out(), request.run().run());
        out.requireApart("base", request.base());
        Dequantized made = new AllOrNothing(terminal, out, options.out()).run(() -> deliver(request, out));
        double seconds = (System.nanoTime() - started) / 1e9;
        made.print(terminal, options.out(), seconds, json);
        if (json) {
            terminal.out().print(made.json(options.out(), seconds));
        }
        return ExitCode.DELIVERED;
    }

    private Dequantized deliver(RunRequest request, OutFolder out) throws IOException, InterruptedException {
        FileSet base = sources.open(request.base());
        Plan plan = new Planner().plan(request, base);
        reading.download(plan, terminal);
        try (ProgressBoard board = new ProgressBoard(terminal, List.of(PLAN, WRITE))) {
            out.requireSpace(plan.estimate().bytesOut());
            board.ended(PLAN, RunDisplay.ingestNote(plan));
            out.take();
            FolderStore store = FolderStore.scratch(out.own());
            Map<String, ObjectRef> files = write(plan, store, board);
            DequantizedCheck.require(base, new MergedFiles(store, out.path().toString(), files));
            out.deliver(paths(files, store));
            return new Dequantized(plan, files);
        }
    }

    private Map<String, ObjectRef> write(Plan plan, FolderStore store, ProgressBoard board)
            throws IOException, InterruptedException {
        String note = Dequantized.work(plan);
        plan.shards().forEach(shard -> board.at(WRITE, shard.number(), 0, shard.bytes(), "bytes", note));
        MergeShard shards = new MergeShard(
                store,
                sources,
                KernelTiles.sources(sources),
                new MergeConfig(options.threads(), MergeConfig.ofThisMachine().tileElements()));
        Map<String, ObjectRef> files = new LinkedHashMap<>();
        for (OutputShard shard : plan.shards()) {
            TaskId task = new TaskId(plan.run(), StageName.MERGE, shard.number());
            Progress progress = (done, total, unit, at) -> board.at(WRITE, shard.number(), done, total, unit, note);
            MergedShard written = shards.merge(plan, shard.number(), new Attempt(task, 1, "1", progress));
            files.put(written.file(), written.object());
            written.files().forEach(file -> files.put(file.path(), file.object()));
        }
        board.ended(WRITE, note);
        return files;
    }

    private static Map<String, Path> paths(Map<String, ObjectRef> files, FolderStore store) {
        Map<String, Path> paths = new LinkedHashMap<>();
        files.forEach((name, object) -> paths.put(name, store.pathOf(object.key())));
        return paths;
    }
}
