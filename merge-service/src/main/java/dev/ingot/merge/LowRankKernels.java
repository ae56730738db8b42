package dev.ingot.merge;

import dev.ingot.pipeline.vector.KernelDecision;
import dev.ingot.pipeline.vector.KernelDecision.Kernel;
import dev.ingot.pipeline.vector.VectorMachine;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the kernel, once per process, by {@code ingot.merge.kernel} (a system property) or {@code INGOT_MERGE_KERNEL}: {@code auto}, {@code plain}
 * or {@code vector}. What is written does not depend on it.
 */
public final class LowRankKernels {
    /** Multiplications, at such ranks, after which {@code auto} changes over. */
    static final long WORTHWHILE = 100_000_000_000L;

    /** Below, the plain kernel is as fast with vectors of 256 bits. */
    static final int WORTHWHILE_RANK = 32;

    private static final Kernel KERNEL = new Kernel("low-rank", "ingot.merge.kernel", WORTHWHILE, "multiplications");

    private static @Nullable LowRankKernels decided;

    private final LowRankKernel plain = new PlainLowRankKernel();
    private final @Nullable LowRankKernel vector;
    private final long vectorFrom;
    private final LongAdder done = new LongAdder();

    private LowRankKernels(KernelDecision decision) {
        this.vectorFrom = decision.from();
        this.vector = vectorFrom == KernelDecision.NEVER ? null : new VectorLowRankKernel();
    }

    /** Decided when the first delta is added. RefusedInput {@code setting.kernel} where the setting has an unknown value. */
    static synchronized LowRankKernels ofThisProcess() {
        LowRankKernels kernels = decided;
        if (kernels == null) {
            kernels = new LowRankKernels(KernelDecision.of(KERNEL, LowRankKernels::selfTest));
            decided = kernels;
        }
        return kernels;
    }

    /** The kernel for the next tensor, which has so many elements. */
    LowRankKernel next(int rank, long elements) {
        if (vector == null || vectorFrom > 0 && rank < WORTHWHILE_RANK) {
            return plain;
        }
        LowRankKernel kernel = done.sum() < vectorFrom ? plain : vector;
        done.add(rank * elements);
        return kernel;
    }

    /** The plain kernel, whatever the setting says. */
    public static LowRankKernel plain() {
        return new PlainLowRankKernel();
    }

    /** The vector kernel, whatever the setting says; empty where this JVM cannot run it. */
    public static Optional<LowRankKernel> vector() {
        return VectorMachine.obstacle().or(LowRankKernels::selfTest).isEmpty()
                ? Optional.of(new VectorLowRankKernel())
                : Optional.empty();
    }

    private static Optional<String> selfTest() {
        for (int rank : new int[] {1, 2, 7, 16}) {
            float[] plain = sample(new PlainLowRankKernel(), rank);
            if (!Arrays.equals(plain, sample(new VectorLowRankKernel(), rank))) {
                return Optional.of("it gave other bytes than the plain kernel for rank " + rank);
            }
        }
        return Optional.empty();
    }

    /** Three of four rows, of the second panel, 77 columns: whole vectors and a rest. */
    private static float[] sample(LowRankKernel kernel, int rank) {
        int columns = LowRankKernel.PANEL + 77;
        Random random = new Random(rank);
        float[] left = gaussian(random, 3 * rank);
        float[][] right = kernel.arrange(gaussian(random, rank * columns), rank, columns);
        float[][] sums = new float[LowRankKernel.ROWS][LowRankKernel.PANEL];
        kernel.multiply(left, 0, 2, right, 1, rank, sums, 77);
        float[] flat = new float[LowRankKernel.ROWS * 77];
        for (int i = 0; i < LowRankKernel.ROWS; i++) {
            System.arraycopy(sums[i], 0, flat, i * 77, 77);
        }
        return flat;
    }

    private static float[] gaussian(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
