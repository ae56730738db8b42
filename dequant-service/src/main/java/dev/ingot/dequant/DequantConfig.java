package dev.ingot.dequant;

import dev.ingot.dequant.kernel.FourBitKernels;
import dev.ingot.dequant.kernel.KernelSource;
import java.util.function.Supplier;

/**
 * How dequant works on this machine. What is written depends on none of it.
 *
 * @param threads that compute tiles of one shard
 * @param tileElements elements of a tile, even
 * @param kernels opened by each thread, and closed when the shard is done
 */
public record DequantConfig(int threads, int tileElements, Supplier<KernelSource> kernels) {
    private static final int TILE = 1 << 18;

    public DequantConfig {
        if (threads < 1 || tileElements < 2 || tileElements % 2 != 0) {
            throw new IllegalArgumentException(
                    "expected at least 1 thread and tiles of an even number of elements, found " + threads + " and "
                            + tileElements);
        }
    }

    /** On processors. */
    public DequantConfig(int threads, int tileElements) {
        this(threads, tileElements, () -> FourBitKernels::of);
    }

    /** One thread per processor. */
    public static DequantConfig ofThisMachine() {
        return new DequantConfig(Runtime.getRuntime().availableProcessors(), TILE);
    }
}
