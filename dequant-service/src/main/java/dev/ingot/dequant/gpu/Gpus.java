package dev.ingot.dequant.gpu;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.util.cuda.CudaUtils;
import dev.ingot.arithmetic.FourBitCode;
import dev.ingot.checkpoint.DType;
import dev.ingot.dequant.gpu.DeviceChoice.Wanted;
import dev.ingot.dequant.kernel.FourBitKernel;
import dev.ingot.dequant.kernel.FourBitKernels;
import dev.ingot.dequant.kernel.FourBitLayout;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;

/** Finds the GPUs that dequant may compute on, and proves each before it is used. Says in one log line what will compute, and why. */
final class Gpus {
    private static final Logger LOG = Logger.getLogger(Gpus.class);
    private static final int PROBE_BLOCKS = 512;
    private static final int PROBE_BLOCKSIZE = 64;

    private Gpus() {}

    /** The devices to use, one worker each; none when the processor computes. Never fails: what is wrong with a device is logged. */
    static List<Device> choose(DeviceChoice choice) {
        if (choice.wanted() == Wanted.CPU) {
            return onProcessor("as configured");
        }
        try {
            return choose(choice, visible(choice));
        } catch (RuntimeException | LinkageError e) {
            return onProcessor("PyTorch cannot use CUDA here: " + e);
        }
    }

    private static List<Device> choose(DeviceChoice choice, List<Device> visible) {
        if (visible.isEmpty()) {
            return onProcessor(
                    choice.index().isPresent()
                            ? "there is no gpu:" + choice.index().getAsInt()
                            : "no CUDA device was found");
        }
        for (Device device : visible) {
            Optional<String> fault = fault(device);
            if (fault.isPresent()) {
                return onProcessor(device + " " + fault.get());
            }
        }
        LOG.infof("dequant computes on GPU: device=%s engine=%s", visible, engine().getVersion());
        return visible;
    }

    private static List<Device> visible(DeviceChoice choice) {
        // Asks the driver's library first: without a GPU, libtorch need not be loaded at all.
        int count = CudaUtils.hasCuda() ? engine().getGpuCount() : 0;
        return IntStream.range(0, count)
                .filter(index -> choice.index().orElse(index) == index)
                .mapToObj(Device::gpu)
                .toList();
    }

    /** What is wrong with a device, by comparing it with the processor's kernel; empty if nothing is. */
    static Optional<String> fault(Device device) {
        FourBitLayout layout = new FourBitLayout(FourBitCode.NF4, PROBE_BLOCKSIZE, false, DType.BF16);
        Random random = new Random(1);
        int count = PROBE_BLOCKS * PROBE_BLOCKSIZE;
        byte[] packed = new byte[count / 2];
        random.nextBytes(packed);
        float[] absmax = new float[PROBE_BLOCKS];
        for (int block = 0; block < PROBE_BLOCKS; block++) {
            absmax[block] = random.nextFloat();
        }
        byte[] expected = bytes(FourBitKernels.of(layout), packed, absmax, count);
        try (FourBitScript script = FourBitScript.load(device);
                TorchFourBitKernel kernel = new TorchFourBitKernel(script, layout)) {
            boolean equal = Arrays.equals(expected, bytes(kernel, packed, absmax, count));
            return equal ? Optional.empty() : Optional.of("does not give the bytes of the processor's kernel");
        } catch (IOException | RuntimeException e) {
            return Optional.of("failed its self-test: " + e);
        }
    }

    private static byte[] bytes(FourBitKernel kernel, byte[] packed, float[] absmax, int count) {
        byte[] bytes = new byte[count * Short.BYTES];
        kernel.bytes(packed, absmax, 0, MemorySegment.ofArray(bytes), count);
        return bytes;
    }

    private static Engine engine() {
        return Engine.getEngine("PyTorch");
    }

    private static List<Device> onProcessor(String reason) {
        LOG.infof("dequant computes on the processor: reason=%s", reason);
        return List.of();
    }
}
