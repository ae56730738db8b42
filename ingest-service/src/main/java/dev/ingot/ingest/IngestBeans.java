package dev.ingot.ingest;

import dev.ingot.pipeline.source.FileSets;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.work.RunFiles;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** ingest as a service: its stage, over the ports that hosting provides. */
@Singleton
class IngestBeans {
    @Produces
    @Singleton
    IngestStage stage(ObjectStore store, FileSets sources, RunFiles files, Clock clock) {
        return new IngestStage(new Ingest(store, sources), files, false, clock);
    }
}
