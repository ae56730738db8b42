package dev.ingot.dequant.gpu;

import ai.djl.Device;
import dev.ingot.dequant.DequantConfig;
import java.util.List;

/** Where a GPU is not: the same script, on PyTorch's CPU engine. */
public final class CpuEngine {
    private CpuEngine() {}

    /** As {@link GpuPlace} sets it up for two devices, with tiles that small tensors have several of. */
    public static DequantConfig config(int tileElements) {
        System.setProperty("ai.djl.offline", "true");
        DequantConfig place = GpuPlace.on(List.of(Device.cpu(), Device.cpu()));
        return new DequantConfig(place.threads(), tileElements, place.kernels());
    }
}
