package dev.ingot.bench;

import dev.ingot.merge.LowRankKernel;
import dev.ingot.merge.LowRankKernels;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Parameters per nanosecond (that is, Gparam/s) of one thread for the product of two factors alone, on a tile of 64 rows by 2048 columns; times twice
 * the rank, that is GFLOP/s. The vector rows need {@code --add-modules jdk.incubator.vector}, which bench/kernels passes.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class LowRankBenchmark {
    private static final int ROWS = 64;
    private static final int COLUMNS = 2048;
    private static final int ELEMENTS = ROWS * COLUMNS;
    private static final int PANELS = COLUMNS / LowRankKernel.PANEL;

    @Param({"8", "16", "32", "64"})
    private int rank;

    private final float[][] sums = new float[LowRankKernel.ROWS][LowRankKernel.PANEL];
    private float[] left;
    private float[][] rightOfPlain;
    private float[][] rightOfVector;
    private LowRankKernel plain;
    private LowRankKernel vector;

    @Setup
    public void fill() {
        Random random = new Random(1);
        left = gaussian(random, ROWS * rank);
        float[] matrix = gaussian(random, rank * COLUMNS);
        plain = LowRankKernels.plain();
        vector = LowRankKernels.vector().orElse(plain);
        rightOfPlain = plain.arrange(matrix, rank, COLUMNS);
        rightOfVector = vector.arrange(matrix, rank, COLUMNS);
    }

    private static float[] gaussian(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** Loops that C2 vectorizes. */
    @Benchmark
    @OperationsPerInvocation(ELEMENTS)
    public float[][] plain() {
        return multiply(plain, rightOfPlain);
    }

    /** The Vector API. */
    @Benchmark
    @OperationsPerInvocation(ELEMENTS)
    public float[][] vector() {
        return multiply(vector, rightOfVector);
    }

    private float[][] multiply(LowRankKernel kernel, float[][] right) {
        for (int row = 0; row < ROWS; row += LowRankKernel.ROWS) {
            for (int panel = 0; panel < PANELS; panel++) {
                kernel.multiply(left, row, ROWS - 1, right, panel, rank, sums, LowRankKernel.PANEL);
            }
        }
        return sums;
    }
}
