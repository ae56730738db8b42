package dev.ingot.merge.singular;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.arithmetic.SingularVectors;
import java.util.Random;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Singular parts against Jacobi's rotations, and matrices whose values are close, equal or zero. */
class SingularPartTest {
    @ParameterizedTest
    @CsvSource({"1, 1, 1", "5, 3, 2", "40, 70, 39", "70, 40, 40", "260, 200, 1", "200, 260, 5", "210, 230, 26"})
    void theLeadingPartIsThatOfJacobisRotations(int rows, int columns, int rank) {
        float[] weight = random(rows, columns);
        float[] expected = SingularVectors.of(weight, rows, columns).part(0, rank);
        assertArrayEquals(expected, values(SingularPart.leading(weight, rows, columns, rank), rows, columns), 1e-6f);
    }

    @ParameterizedTest
    @CsvSource({"5, 3, 0", "40, 70, 20", "70, 40, 39", "70, 40, 40"})
    void theTrailingPartIsThatOfJacobisRotations(int rows, int columns, int from) {
        float[] weight = random(rows, columns);
        float[] expected = SingularVectors.of(weight, rows, columns).part(from, Math.min(rows, columns));
        assertArrayEquals(expected, values(SingularPart.trailing(weight, rows, columns, from), rows, columns), 1e-6f);
    }

    @ParameterizedTest
    @CsvSource({"40, 70, 20", "70, 40, 30"})
    void componentsAreRoundedAsUnitVectorsAndValues(int rows, int columns, int from) {
        float[] weight = random(rows, columns);
        float[] expected = SingularVectors.of(weight, rows, columns)
                .part(from, Math.min(rows, columns), x -> Math.rint(x * 128) / 128);
        SingularPart part = SingularPart.trailing(weight, rows, columns, from, x -> Math.rint(x * 128) / 128);
        assertArrayEquals(expected, values(part, rows, columns), 1e-6f);
    }

    @Test
    void valuesThatStandSeveralTimesInsideThePartDoNotMatter() {
        int n = 256;
        float[] weight = new float[n * n];
        for (int i = 0; i < n; i++) {
            weight[i * n + (i * 7) % n] = i < 9 ? 3 : 1 + i / 1024f;
        }
        SingularPart part = SingularPart.leading(weight, n, n, 9);
        assertTrue(part.isDefined());
        float[] values = values(part, n, n);
        for (int i = 0; i < n; i++) {
            assertEquals(i < 9 ? 3 : 0, values[i * n + (i * 7) % n], 1e-6f);
        }
    }

    @ParameterizedTest
    @CsvSource({"256, 4", "64, 4"})
    void equalValuesAtTheBorderLeaveThePartUndefined(int n, int rank) {
        float[] weight = new float[n * n];
        for (int i = 0; i < n; i++) {
            weight[i * n + (i + 5) % n] = -2;
        }
        assertFalse(SingularPart.leading(weight, n, n, rank).isDefined());
    }

    @ParameterizedTest
    @CsvSource({"256, 8", "64, 8"})
    void aMatrixOfALowerRankIsAllInItsLeadingPart(int n, int rank) {
        float[] left = random(n, 3);
        float[] weight = new float[n * n];
        for (int i = 0; i < n * n; i++) {
            for (int k = 0; k < 3; k++) {
                weight[i] += left[i / n * 3 + k] * left[i % n * 3 + k];
            }
        }
        SingularPart part = SingularPart.leading(weight, n, n, rank);
        assertTrue(part.isDefined());
        assertArrayEquals(weight, values(part, n, n), 1e-5f);
    }

    @Test
    void aMatrixOfZerosHasAPartOfZeros() {
        assertArrayEquals(
                new float[300 * 200], values(SingularPart.leading(new float[300 * 200], 300, 200, 4), 300, 200), 0);
    }

    @Test
    void theNumberOfThreadsChangesNoBit() throws Exception {
        float[] weight = random(400, 300);
        float[] several = values(SingularPart.leading(weight, 400, 300, 8), 400, 300);
        try (ForkJoinPool one = new ForkJoinPool(1)) {
            float[] alone = one.submit(() -> values(SingularPart.leading(weight, 400, 300, 8), 400, 300))
                    .get();
            assertArrayEquals(several, alone, 0);
        }
    }

    private static float[] values(SingularPart part, int rows, int columns) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < rows; i++) {
            part.read(i, values, i * columns);
        }
        return values;
    }

    private static float[] random(int rows, int columns) {
        Random random = new Random(rows * 31L + columns);
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
