package dev.ingot.merge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.ingot.arithmetic.LowRankDelta;
import dev.ingot.checkpoint.DType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs with the module, as the build passes it; on a machine without vectors, as slowly as it comes. */
class LowRankKernelTest {
    private static final List<LowRankKernel> KERNELS = List.of(new PlainLowRankKernel(), new VectorLowRankKernel());

    @ParameterizedTest
    @CsvSource({
        "1, 512", "1, 1", "2, 511", "3, 1", "7, 300", "7, 15", "7, 16", "7, 17", "8, 512", "8, 31", "16, 512", "16, 7",
        "16, 33", "64, 512", "64, 509"
    })
    void fourRowsOfAPanelHaveTheBytesOfTheReference(int rank, int width) {
        for (LowRankKernel kernel : KERNELS) {
            Random random = new Random(rank);
            float[] left = gaussian(random, 6 * rank);
            int columns = LowRankKernel.PANEL + width;
            float[] right = gaussian(random, rank * columns);
            float[][] sums = new float[LowRankKernel.ROWS][LowRankKernel.PANEL];
            kernel.multiply(left, 3, 5, kernel.arrange(right, rank, columns), 1, rank, sums, width);
            for (int row = 3; row <= 5; row++) {
                float[] values = gaussian(random, width);
                float[] expected = values.clone();
                LowRankDelta.add(
                        expected, rowOf(left, row, rank), lastColumns(right, rank, width), 1, rank, width, 0.37f);
                PanelMerge.addScaled(values, sums[row - 3], 0.37f, values, width);
                assertArrayEquals(bits(expected), bits(values));
            }
        }
    }

    /** Shapes that are no multiple of anything, cut into tiles of a panel, of some rows and whole, by one thread and by several. */
    @ParameterizedTest
    @CsvSource({"1, 5, 1", "7, 13, 517", "8, 9, 1030", "16, 37, 77", "64, 6, 1537"})
    void mergedTilesHaveTheSameBytesForEveryKernelTilingAndNumberOfThreads(int rank, int rows, int columns) {
        Random random = new Random(columns);
        float[] values = gaussian(random, rows * columns);
        List<Factors> plain = deltas(KERNELS.getFirst(), rank, rows, columns);
        for (DType dtype : new DType[] {DType.BF16, DType.F16, DType.F32}) {
            byte[] expected = merged(values, plain, dtype, rows, columns, rows, columns, false);
            for (LowRankKernel kernel : KERNELS) {
                List<Factors> factors = deltas(kernel, rank, rows, columns);
                for (int height : new int[] {1, 3, 4, rows}) {
                    for (int width : new int[] {LowRankKernel.PANEL, columns}) {
                        for (boolean parallel : new boolean[] {false, true}) {
                            assertArrayEquals(
                                    expected, merged(values, factors, dtype, rows, columns, height, width, parallel));
                        }
                    }
                }
            }
        }
    }

    private static byte[] merged(
            float[] values,
            List<Factors> factors,
            DType dtype,
            int rows,
            int columns,
            int height,
            int width,
            boolean parallel) {
        int bytes = dtype.bits() / Byte.SIZE;
        byte[] merged = new byte[rows * columns * bytes];
        IntStream tileRows = IntStream.range(0, Math.ceilDiv(rows, height)).map(i -> i * height);
        (parallel ? tileRows.parallel() : tileRows).forEach(row -> {
            for (int column = 0; column < columns; column += width) {
                Tile tile = new Tile(
                        0, columns, row, Math.min(height, rows - row), column, Math.min(width, columns - column));
                byte[] out = new byte[tile.elements() * bytes];
                new PanelMerge().merge(tile, cut(values, tile, columns), factors, dtype, MemorySegment.ofArray(out));
                for (int i = 0; i < tile.rows(); i++) {
                    int length = tile.columns() * bytes;
                    System.arraycopy(out, i * length, merged, ((row + i) * columns + column) * bytes, length);
                }
            }
        });
        return merged;
    }

    private static float[] cut(float[] values, Tile tile, int columns) {
        float[] cut = new float[tile.elements()];
        for (int i = 0; i < tile.rows(); i++) {
            int from = ((int) tile.row() + i) * columns + (int) tile.column();
            System.arraycopy(values, from, cut, i * tile.columns(), tile.columns());
        }
        return cut;
    }

    private static Factors factors(
            LowRankKernel kernel, Random random, int rank, int rows, int columns, boolean rounded) {
        float[] left = gaussian(random, rows * rank);
        float[] right = gaussian(random, rank * columns);
        return new Factors(kernel, left, kernel.arrange(right, rank, columns), rank, 0.37f, rounded);
    }

    /** Two deltas, of which the second is rounded before it is added. */
    private static List<Factors> deltas(LowRankKernel kernel, int rank, int rows, int columns) {
        Random random = new Random(rank);
        return List.of(
                factors(kernel, random, rank, rows, columns, false), factors(kernel, random, 3, rows, columns, true));
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            bits[i] = Float.floatToRawIntBits(values[i]);
        }
        return bits;
    }

    private static float[] rowOf(float[] left, int row, int rank) {
        return Arrays.copyOfRange(left, row * rank, (row + 1) * rank);
    }

    private static float[] lastColumns(float[] right, int rank, int width) {
        float[] last = new float[rank * width];
        for (int k = 0; k < rank; k++) {
            System.arraycopy(right, k * (LowRankKernel.PANEL + width) + LowRankKernel.PANEL, last, k * width, width);
        }
        return last;
    }

    private static float[] gaussian(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
