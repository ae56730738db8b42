package dev.ingot.merge;

import dev.ingot.pipeline.source.FileSets;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.tile.StoredTileSources;
import dev.ingot.pipeline.work.RunFiles;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** merge as a service: its stage, over the ports that hosting provides and the shards that dequant left in the store. */
@Singleton
class MergeBeans {
    @Produces
    @Singleton
    MergeStage stage(ObjectStore store, FileSets sources, RunFiles files, Clock clock) {
        MergeShard merge =
                new MergeShard(store, sources, new StoredTileSources(store, sources), MergeConfig.ofThisMachine());
        return new MergeStage(merge, files, clock);
    }
}
