package dev.ingot.arithmetic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rotations, bases, singular values and Fourier transforms against what defines them. */
class LinearAlgebraTest {
    private static final double TINY = 1e-12;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 8})
    void cayleysMapOfASkewMatrixIsARotation(int n) {
        double[] rotation = Rotations.cayley(Rotations.skew(floats(n * (n - 1) / 2, 1), 0, n), n);
        requireOrthonormalColumns(rotation, n, n);
    }

    @Test
    void theSeriesComesCloseToTheMap() {
        float[] small = floats(10, 2);
        for (int i = 0; i < small.length; i++) {
            small[i] *= 0.01f;
        }
        double[] skew = Rotations.skew(small, 0, 5);
        double[] exact = Rotations.cayley(skew, 5);
        double[] series = Rotations.cayleySeries(skew, 5, 9);
        for (int i = 0; i < exact.length; i++) {
            assertEquals(exact[i], series[i], 1e-10);
        }
    }

    @ParameterizedTest
    @CsvSource({"4, 4", "7, 3", "5, 1"})
    void householdersQSpansTheColumnsWithLapacksSigns(int rows, int columns) {
        double[] matrix = doubles(rows * columns, 3);
        double[] q = OrthonormalColumns.householderQ(matrix, rows, columns);
        requireOrthonormalColumns(q, rows, columns);
        double along = 0;
        for (int i = 0; i < rows; i++) {
            along += q[i * columns] * matrix[i * columns];
        }
        assertEquals(-Math.signum(matrix[0]), Math.signum(along));
    }

    @Test
    void gramAndSchmidtKeepTheFirstDirection() {
        double[] matrix = doubles(12, 4);
        double[] basis = OrthonormalColumns.gramSchmidt(matrix, 4, 3);
        requireOrthonormalColumns(basis, 4, 3);
        assertEquals(matrix[0] / matrix[3], basis[0] / basis[3], TINY);
    }

    @ParameterizedTest
    @CsvSource({"4, 7", "7, 4", "5, 5", "1, 3"})
    void partsOfAMatrixAddUpToIt(int rows, int columns) {
        float[] matrix = floats(rows * columns, 5);
        SingularVectors vectors = SingularVectors.of(matrix, rows, columns);
        int all = Math.min(rows, columns);
        float[] leading = vectors.part(0, all / 2);
        float[] trailing = vectors.part(all / 2, all);
        for (int i = 0; i < matrix.length; i++) {
            assertEquals(matrix[i], leading[i] + trailing[i], 1e-6);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "5, 1, 1", "1, 5, 1", "4, 7, 2", "9, 9, 9", "70, 40, 13", "63, 130, 1", "129, 65, 32"})
    void theSmallestPartsAreThoseThatRotationsFind(int rows, int columns, int count) {
        float[] matrix = floats(rows * columns, 15);
        int all = Math.min(rows, columns);
        float[] expected = SingularVectors.of(matrix, rows, columns).part(all - count, all);
        requirePart(expected, TrailingSpace.of(matrix, rows, columns, count), rows, columns);
    }

    @Test
    void valuesOfZeroAndEqualOnesHaveVectorsToo() {
        float[] matrix = new float[20 * 12];
        for (int i = 0; i < 8; i++) {
            matrix[i * 12 + i] = i < 4 ? 3 : 1;
        }
        TrailingSpace space = TrailingSpace.of(matrix, 20, 12, 8);
        assertEquals(1, space.values()[0], TINY);
        assertEquals(0, space.values()[4], TINY);
        float[] expected = matrix.clone();
        for (int i = 0; i < 4; i++) {
            expected[i * 12 + i] = 0;
        }
        requirePart(expected, space, 20, 12);
    }

    /** Columns: how many values are 3, then how many are 1; all others are 0. */
    @ParameterizedTest
    @CsvSource({"100, 150", "40, 0", "0, 0", "0, 250"})
    void manyEqualValuesHaveOrthogonalVectors(int threes, int ones) {
        int n = 250;
        double[] random = doubles(n * n, 21);
        double[] q = OrthonormalColumns.householderQ(random, n, n);
        float[] matrix = new float[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                for (int k = 0; k < threes + ones; k++) {
                    matrix[i * n + j] += (float) ((k < threes ? 3 : 1) * q[i * n + k] * q[j * n + k]);
                }
            }
        }
        double[][] right = TrailingSpace.of(matrix, n, n, n - threes).right();
        for (int k = 0; k < right.length; k++) {
            for (int l = 0; l <= k; l++) {
                double product = 0;
                for (int j = 0; j < n; j++) {
                    product += right[k][j] * right[l][j];
                }
                assertEquals(k == l ? 1 : 0, product, 1e-9);
            }
        }
    }

    private static void requirePart(float[] expected, TrailingSpace space, int rows, int columns) {
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                double sum = 0;
                for (int k = 0; k < space.values().length; k++) {
                    sum += space.values()[k] * space.left()[k][i] * space.right()[k][j];
                }
                assertEquals(expected[i * columns + j], sum, 1e-6);
            }
        }
    }

    @Test
    void theLeadingPartOfARankOneMatrixIsAllOfIt() {
        float[] matrix = {1, 2, 3, 2, 4, 6, -1, -2, -3};
        float[] part = SingularVectors.of(matrix, 3, 3).part(0, 1);
        for (int i = 0; i < matrix.length; i++) {
            assertEquals(matrix[i], part[i], 1e-6);
        }
    }

    @ParameterizedTest
    @CsvSource({"300, 60, 3", "60, 300, 5", "64, 64, 1"})
    void theLeadingSpaceOfALargeMatrixHoldsItsLeadingPart(int rows, int columns, int rank) {
        float[] matrix = floats(rows * columns, 8);
        double[][] space = LeadingSpace.of(matrix, rows, columns, rank);
        float[] leading = SingularVectors.of(matrix, rows, columns).part(0, rank);
        for (int i = 0; i < rows; i++) {
            double[] part = new double[columns];
            for (double[] vector : space) {
                double along = 0;
                for (int j = 0; j < columns; j++) {
                    along += matrix[i * columns + j] * vector[j];
                }
                for (int j = 0; j < columns; j++) {
                    part[j] += along * vector[j];
                }
            }
            for (int j = 0; j < columns; j++) {
                assertEquals(leading[i * columns + j], part[j], 1e-6);
            }
        }
    }

    @Test
    void equalValuesInsideTheLeadingSpaceAreAllFound() {
        int n = 40;
        float[] matrix = new float[n * n];
        for (int i = 0; i < n; i++) {
            matrix[i * n + i] = i < 6 ? 2 : 1;
        }
        double squares = 0;
        for (double[] vector : LeadingSpace.of(matrix, n, n, 6)) {
            for (int j = 0; j < 6; j++) {
                squares += vector[j] * vector[j];
            }
        }
        assertEquals(6, squares, 1e-9);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 12, 40, 43})
    void theFourierTransformIsItsSum(int n) {
        double[] re = doubles(n, 6);
        double[] im = doubles(n, 7);
        double[] gotRe = re.clone();
        double[] gotIm = im.clone();
        new FourierTransform(n).transform(gotRe, gotIm);
        for (int j = 0; j < n; j++) {
            double sumRe = 0;
            double sumIm = 0;
            for (int k = 0; k < n; k++) {
                double angle = 2 * Math.PI * j * k / n;
                sumRe += re[k] * Math.cos(angle) - im[k] * Math.sin(angle);
                sumIm += re[k] * Math.sin(angle) + im[k] * Math.cos(angle);
            }
            assertEquals(sumRe, gotRe[j], 1e-10);
            assertEquals(sumIm, gotIm[j], 1e-10);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "0.5, 0.5204998778130465", "-1, -0.8427007929497149", "2.6, 0.9997639655834707", "7, 1"})
    void theErrorFunctionIsRight(double x, double expected) {
        assertEquals(expected, Activations.erf(x), 1e-14);
    }

    private static void requireOrthonormalColumns(double[] matrix, int rows, int columns) {
        for (int j = 0; j < columns; j++) {
            for (int k = 0; k < columns; k++) {
                double dot = 0;
                for (int i = 0; i < rows; i++) {
                    dot += matrix[i * columns + j] * matrix[i * columns + k];
                }
                double expected = j == k ? 1 : 0;
                double found = dot;
                assertTrue(Math.abs(expected - dot) < TINY, () -> "product of columns is " + found);
            }
        }
    }

    private static double[] doubles(int count, long seed) {
        return new Random(seed).doubles(count, -1, 1).toArray();
    }

    private static float[] floats(int count, long seed) {
        double[] values = doubles(count, seed);
        float[] floats = new float[count];
        for (int i = 0; i < count; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }
}
