package dev.ingot.dequant.kernel;

/** Gives one worker its kernels; used by one thread at a time. What it gave is good until it is closed. */
@FunctionalInterface
public interface KernelSource extends AutoCloseable {
    FourBitKernel kernel(FourBitLayout layout);

    @Override
    default void close() {}
}
