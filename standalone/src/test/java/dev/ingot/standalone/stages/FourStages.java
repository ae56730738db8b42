package dev.ingot.standalone.stages;

import dev.ingot.dequant.DequantConfig;
import dev.ingot.dequant.DequantStage;
import dev.ingot.dequant.Dequantize;
import dev.ingot.ingest.Ingest;
import dev.ingot.ingest.IngestStage;
import dev.ingot.merge.MergeConfig;
import dev.ingot.merge.MergeShard;
import dev.ingot.merge.MergeStage;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.EventHeader;
import dev.ingot.pipeline.event.inprocess.InProcessEvents;
import dev.ingot.pipeline.report.Verdict;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.source.Sources;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.RunKeys;
import dev.ingot.pipeline.tile.StoredTileSources;
import dev.ingot.pipeline.work.RunFiles;
import dev.ingot.pipeline.work.Stage;
import dev.ingot.pipeline.work.TaskRunner;
import dev.ingot.pipeline.work.Worker;
import dev.ingot.validate.Validate;
import dev.ingot.validate.ValidateConfig;
import dev.ingot.validate.ValidateStage;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The stages of the services as a registry's installation connects them, over one store and events in this process: dequant writes, merge reads what it wrote. */
final class FourStages {
    private static final Sources SOURCES = Sources.anyFolder();
    private static final Worker WORKER = new Worker("test", "0");

    private final ObjectStore store;
    private final RunFiles files;
    private final Validate validate;
    private final Clock clock = Clock.systemUTC();

    FourStages(ObjectStore store, ValidateConfig config) {
        this.store = store;
        this.files = new RunFiles(store);
        this.validate = new Validate(store, SOURCES, config, WORKER, clock);
    }

    Validate validate() {
        return validate;
    }

    /** Hands a run in and waits for how it ends. */
    Verdict run(RunRequest request) throws Exception {
        store.createOnce(new RunKeys(request.run()).request(), Documents.write(request));
        CompletableFuture<Boolean> over = new CompletableFuture<>();
        try (InProcessEvents events = new InProcessEvents()) {
            events.listen(event -> {
                if (!(event instanceof Event.RunProgressed)) {
                    over.complete(true);
                }
            });
            Dequantize dequantize = new Dequantize(store, SOURCES, new DequantConfig(2, 1 << 16));
            StoredTileSources tiles = new StoredTileSources(store, SOURCES);
            MergeShard merge = new MergeShard(store, SOURCES, tiles, new MergeConfig(2, 1 << 14));
            work(events, new IngestStage(new Ingest(store, SOURCES), files, false, clock));
            work(events, new DequantStage(dequantize, files, clock));
            work(events, new MergeStage(merge, files, clock));
            work(events, new ValidateStage(validate, files, clock));
            events.publish(new Event.RunRequested(EventHeader.now(request.run(), clock)));
            over.get(240, TimeUnit.SECONDS);
        }
        return files.verdict(request.run()).orElseThrow();
    }

    private <E extends Event.Work> void work(InProcessEvents events, Stage<E> stage) {
        events.work(stage.takes(), 1, new TaskRunner<>(stage, store, events, WORKER, clock, 4));
    }
}
