package dev.ingot.dequant.gpu;

import ai.djl.Device;
import dev.ingot.dequant.DequantConfig;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Where dequant works when it has GPUs. */
public final class GpuPlace {
    /** A launch costs what some ten thousand elements cost: tiles of 4 Mi, 10 MB to and fro, make that vanish. */
    private static final int TILE = 1 << 22;
    /** While one tile is copied back and written, the next is read, sent and computed. */
    private static final int TILES_IN_FLIGHT = 2;

    private GpuPlace() {}

    /** The GPUs that were asked for, or what {@code otherwise} says when there are none that work; the log says which. */
    public static DequantConfig choose(DeviceChoice choice, DequantConfig otherwise) {
        List<Device> devices = Gpus.choose(choice);
        return devices.isEmpty() ? otherwise : on(devices);
    }

    /** Tiles go to the devices in turn. */
    static DequantConfig on(List<Device> devices) {
        AtomicInteger next = new AtomicInteger();
        return new DequantConfig(
                TILES_IN_FLIGHT * devices.size(),
                TILE,
                () -> GpuKernels.on(devices.get(Math.floorMod(next.getAndIncrement(), devices.size()))));
    }
}
