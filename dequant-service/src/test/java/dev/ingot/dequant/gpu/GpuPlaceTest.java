package dev.ingot.dequant.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import ai.djl.Device;
import dev.ingot.arithmetic.FourBitCode;
import dev.ingot.checkpoint.DType;
import dev.ingot.dequant.DequantConfig;
import dev.ingot.dequant.kernel.FourBitKernel;
import dev.ingot.dequant.kernel.FourBitLayout;
import dev.ingot.dequant.kernel.KernelSource;
import java.util.List;
import org.junit.jupiter.api.Test;

class GpuPlaceTest {
    private static final FourBitLayout LAYOUT = new FourBitLayout(FourBitCode.FP4, 64, false, DType.F16);

    @Test
    void everyDeviceHasTwoTilesInFlight() {
        assertEquals(4, GpuPlace.on(List.of(Device.cpu(), Device.cpu())).threads());
    }

    @Test
    void aThreadKeepsItsKernelOfALayout() {
        System.setProperty("ai.djl.offline", "true");
        try (KernelSource kernels = GpuPlace.on(List.of(Device.cpu())).kernels().get()) {
            FourBitKernel kernel = kernels.kernel(LAYOUT);
            assertSame(kernel, kernels.kernel(LAYOUT));
        }
    }

    @Test
    void withoutAGpuTheOtherConfigurationStands() {
        DequantConfig processors = DequantConfig.ofThisMachine();
        assertSame(processors, GpuPlace.choose(DeviceChoice.parse("cpu"), processors));
    }
}
