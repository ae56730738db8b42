package dev.ingot.dequant;

import dev.ingot.pipeline.source.FileSets;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.work.RunFiles;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** dequant as a service: its stage, over the ports that hosting provides. */
@Singleton
class DequantBeans {
    @Produces
    @Singleton
    DequantStage stage(ObjectStore store, FileSets sources, RunFiles files, Clock clock) {
        return new DequantStage(new Dequantize(store, sources, DequantConfig.ofThisMachine()), files, clock);
    }
}
