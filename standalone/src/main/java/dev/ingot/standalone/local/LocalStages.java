package dev.ingot.standalone.local;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.ingest.Ingest;
import dev.ingot.ingest.IngestStage;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.work.RunFiles;
import dev.ingot.pipeline.work.Stage;
import dev.ingot.pipeline.work.Worker;
import dev.ingot.standalone.local.WatchedStage.Watcher;
import java.time.Clock;
import java.util.List;

final class LocalStages {
    private LocalStages() {}

    static List<Stage<?>> watched(ObjectStore store, MergeOptions options, Worker worker, Watcher watcher) {
        Ingest ingest = new Ingest(store, location -> {
            throw new RefusedInput("base.test", "not yet " + location + options.threads() + worker, "wait");
        });
        return List.of(
                new WatchedStage<>(new IngestStage(ingest, new RunFiles(store), true, Clock.systemUTC()), watcher));
    }
}
