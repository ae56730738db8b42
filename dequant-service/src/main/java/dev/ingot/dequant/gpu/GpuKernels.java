package dev.ingot.dequant.gpu;

import ai.djl.Device;
import dev.ingot.dequant.kernel.FourBitKernel;
import dev.ingot.dequant.kernel.FourBitLayout;
import dev.ingot.dequant.kernel.KernelSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;

/** Kernels of one thread on one device. Holds memory of the device until it is closed. */
final class GpuKernels implements KernelSource {
    private final FourBitScript script;
    private final Map<FourBitLayout, TorchFourBitKernel> kernels = new HashMap<>();

    private GpuKernels(FourBitScript script) {
        this.script = script;
    }

    static GpuKernels on(Device device) {
        try {
            return new GpuKernels(FourBitScript.load(device));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public FourBitKernel kernel(FourBitLayout layout) {
        return kernels.computeIfAbsent(layout, each -> new TorchFourBitKernel(script, each));
    }

    @Override
    public void close() {
        kernels.values().forEach(TorchFourBitKernel::close);
        kernels.clear();
        script.close();
    }
}
