package dev.ingot.merge;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingot.arithmetic.LowRankDelta;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LowRankKernelTest {
    @ParameterizedTest
    @CsvSource({"1, 512", "2, 511", "3, 1", "16, 512", "16, 7", "64, 512", "7, 300"})
    void fourRowsOfAPanelHaveTheBytesOfTheReference(int rank, int width) {
        Random random = new Random(rank);
        float[] left = gaussian(random, 6 * rank);
        float[][] right = new float[2 * rank][];
        for (int i = 0; i < right.length; i++) {
            right[i] = gaussian(random, width);
        }
        float[][] sums = new float[LowRankKernel.ROWS][LowRankKernel.PANEL];
        LowRankKernel.multiply(left, 3, 5, right, 1, rank, sums, width);
        for (int row = 3; row <= 5; row++) {
            float[] values = gaussian(random, width);
            float[] expected = values.clone();
            LowRankDelta.add(expected, rowOf(left, row, rank), flat(right, rank, width), 1, rank, width, 0.37f);
            LowRankKernel.addScaled(values, sums[row - 3], 0.37f, width);
            for (int j = 0; j < width; j++) {
                assertEquals(Float.floatToRawIntBits(expected[j]), Float.floatToRawIntBits(values[j]));
            }
        }
    }

    private static float[] rowOf(float[] left, int row, int rank) {
        return java.util.Arrays.copyOfRange(left, row * rank, (row + 1) * rank);
    }

    private static float[] flat(float[][] right, int rank, int width) {
        float[] flat = new float[rank * width];
        for (int k = 0; k < rank; k++) {
            System.arraycopy(right[rank + k], 0, flat, k * width, width);
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
