package dev.ingot.dequant.kernel;

import dev.ingot.arithmetic.FourBitCode;
import dev.ingot.checkpoint.DType;
import dev.ingot.pipeline.vector.KernelDecision;
import dev.ingot.pipeline.vector.KernelDecision.Kernel;
import dev.ingot.pipeline.vector.VectorMachine;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the kernel, once per process, by {@code ingot.dequant.kernel} (a system property) or {@code INGOT_DEQUANT_KERNEL}: {@code auto},
 * {@code plain} or {@code vector}. What is written does not depend on it.
 *
 * <p>{@code auto} begins with the plain kernel even where the vector kernel runs. C2 takes about a CPU second longer to compile vector code, and
 * a vector kernel saves about half a CPU second per 10^9 elements: below 2 * 10^9 a process never gets the time back, and when the disk is what it
 * waits for, not then either. So a process changes over, at the next tensor, when it has dequantized somewhat more than that: a service worker
 * gets there, and most commands end before.
 */
public final class FourBitKernels {
    /** Elements after which {@code auto} changes over. */
    static final long WORTHWHILE = 3_000_000_000L;

    private static final Kernel KERNEL = new Kernel("4-bit", "ingot.dequant.kernel", WORTHWHILE, "elements");

    private static @Nullable FourBitKernels decided;

    private final long vectorFrom;
    private final LongAdder elements = new LongAdder();

    private FourBitKernels(KernelDecision decision) {
        this.vectorFrom = decision.from();
    }

    /** A kernel of its own for every caller: it keeps buffers. RefusedInput {@code setting.kernel} where the setting has an unknown value. */
    public static FourBitKernel of(FourBitLayout layout) {
        return ofThisProcess().make(layout);
    }

    /** Decided when the first kernel is made, so that a command without quantized weights pays nothing. */
    private static synchronized FourBitKernels ofThisProcess() {
        FourBitKernels kernels = decided;
        if (kernels == null) {
            kernels = new FourBitKernels(KernelDecision.of(KERNEL, FourBitKernels::selfTest));
            decided = kernels;
        }
        return kernels;
    }

    /** The plain kernel, whatever the setting says. */
    public static FourBitKernel plain(FourBitLayout layout) {
        return new PlainFourBitKernel(layout);
    }

    /** The vector kernel, whatever the setting says; empty where this JVM cannot run it or it does not read this layout. */
    public static Optional<FourBitKernel> vector(FourBitLayout layout) {
        return VectorMachine.obstacle().or(FourBitKernels::selfTest).isEmpty() && VectorFourBitKernel.suits(layout)
                ? Optional.of(new VectorFourBitKernel(layout))
                : Optional.empty();
    }

    /** Compares the kernels where tables hold and where they do not; 321 elements from the 37th on are parts of blocks at both ends, whole ones between. */
    static Optional<String> selfTest() {
        for (FourBitCode code : FourBitCode.values()) {
            for (DType dtype : new DType[] {DType.F16, DType.BF16}) {
                FourBitLayout layout = new FourBitLayout(code, 64, false, dtype);
                byte[] plain = sample(new PlainFourBitKernel(layout));
                if (!Arrays.equals(plain, sample(new VectorFourBitKernel(layout)))) {
                    return Optional.of("it gave other bytes than the plain kernel for " + layout);
                }
            }
        }
        return Optional.empty();
    }

    private static byte[] sample(FourBitKernel kernel) {
        byte[] packed = new byte[162];
        new Random(1).nextBytes(packed);
        float[] absmax = {0.01f, 0, 3e-5f, Float.MIN_VALUE, 65504, Float.MAX_VALUE};
        byte[] into = new byte[2 * 321];
        kernel.bytes(packed, absmax, 37, MemorySegment.ofArray(into), 321);
        return into;
    }

    private FourBitKernel make(FourBitLayout layout) {
        if (vectorFrom == KernelDecision.NEVER || !VectorFourBitKernel.suits(layout)) {
            return new PlainFourBitKernel(layout);
        }
        return elements.sum() < vectorFrom
                ? new CountedKernel(new PlainFourBitKernel(layout), elements)
                : new VectorFourBitKernel(layout);
    }
}
