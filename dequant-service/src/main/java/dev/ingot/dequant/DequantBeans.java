package dev.ingot.dequant;

import dev.ingot.dequant.gpu.DeviceChoice;
import dev.ingot.dequant.gpu.GpuPlace;
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
    DequantStage stage(
            ObjectStore store, FileSets sources, RunFiles files, Clock clock, DequantServiceConfig settings) {
        DequantConfig config = GpuPlace.choose(DeviceChoice.parse(settings.device()), DequantConfig.ofThisMachine());
        return new DequantStage(new Dequantize(store, sources, config), files, clock);
    }
}
