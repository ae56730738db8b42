package dev.ingot.arithmetic;

import java.util.Arrays;
import java.util.Random;

/**
 * The smallest singular values of a matrix that may be large, with their unit vectors, in float64: of the product of the matrix with itself, whose
 * decomposition is held against the matrix before it is given away.
 *
 * @param values largest first
 * @param left one for each value, as long as the matrix has rows; zeros for a value of 0
 * @param right one for each value, as long as the matrix has columns; zeros for a value of 0
 */
@SuppressWarnings("ArrayRecordComponent")
public record TrailingSpace(double[] values, double[][] left, double[][] right) {
    private static final int GROUP = 8;
    /** How far the decomposition may be from what defines one, by the largest value. */
    private static final double ALLOWED = 1e-9;

    /** Bytes of memory that {@link #of} takes at most, beside the matrix itself. */
    public static long bytes(long rows, long columns, long count) {
        long least = Math.min(rows, columns);
        return Double.BYTES * (least * least + count * (least + rows + columns)) + Float.BYTES * rows * columns;
    }

    /** @param matrix row-major */
    public static TrailingSpace of(float[] matrix, int rows, int columns, int count) {
        if (rows < columns) {
            TrailingSpace turned = ofTall(transposed(matrix, rows, columns), columns, rows, count);
            return new TrailingSpace(turned.values, turned.right, turned.left);
        }
        return ofTall(matrix, rows, columns, count);
    }

    private static TrailingSpace ofTall(float[] matrix, int rows, int columns, int count) {
        double[][] gram = gram(matrix, rows, columns);
        double trace = 0;
        for (int i = 0; i < columns; i++) {
            trace += gram[i][i];
        }
        HouseholderReduction reduced = HouseholderReduction.of(gram);
        double[] all = reduced.left().values();
        require(Math.abs(Arrays.stream(all).sum() - trace), trace, "its values do not add up");
        double[] squares = Arrays.copyOfRange(all, columns - count, columns);
        double[][] right = reduced.left().vectors(squares);
        reduced.turn(right);
        double[][] left = images(matrix, rows, right);
        verify(matrix, left, right, squares, trace);
        double[] values = new double[count];
        for (int k = 0; k < count; k++) {
            values[k] = Math.sqrt(dot(left[k], left[k]));
            scale(left[k], values[k]);
        }
        return new TrailingSpace(values, left, right);
    }

    /** One random sum of all vectors: as long as it has to be, and sent where its parts have to go. */
    private static void verify(float[] matrix, double[][] left, double[][] right, double[] squares, double trace) {
        if (right.length == 0) {
            return;
        }
        int columns = right[0].length;
        Random random = new Random(7);
        double[] sum = new double[columns];
        double[] expected = new double[columns];
        double[] image = new double[left[0].length];
        for (int k = 0; k < right.length; k++) {
            double sign = random.nextBoolean() ? 1 : -1;
            add(sign, right[k], sum);
            add(sign * squares[k], right[k], expected);
            add(sign, left[k], image);
        }
        require(Math.abs(dot(sum, sum) - right.length), right.length, "its vectors are not orthogonal");
        double[] found = new double[columns];
        for (int i = 0; i < image.length; i++) {
            for (int j = 0; j < columns; j++) {
                found[j] += image[i] * matrix[i * columns + j];
            }
        }
        add(-1, expected, found);
        require(Math.sqrt(dot(found, found) / right.length), trace, "its vectors are not those of its values");
    }

    private static void require(double off, double scale, String otherwise) {
        if (!(off <= ALLOWED * scale)) {
            throw new IllegalStateException("a decomposition is off by " + off + ": " + otherwise);
        }
    }

    /** {@code MᵀM}, both triangles. */
    private static double[][] gram(float[] matrix, int rows, int columns) {
        double[][] gram = new double[columns][columns];
        int parts = Math.min(columns, 2 * GROUP);
        double[][] group = new double[GROUP][columns];
        for (int first = 0; first < rows; first += GROUP) {
            for (int k = 0; k < GROUP; k++) {
                widen(matrix, first + k, rows, group[k]);
            }
            Parts.each(0, parts, part -> {
                for (int i = part; i < columns; i += parts) {
                    add(group, i, gram[i]);
                }
            });
        }
        for (int i = 0; i < columns; i++) {
            for (int j = 0; j < i; j++) {
                gram[j][i] = gram[i][j];
            }
        }
        return gram;
    }

    private static void widen(float[] matrix, int row, int rows, double[] into) {
        for (int j = 0; j < into.length; j++) {
            into[j] = row < rows ? matrix[row * into.length + j] : 0;
        }
    }

    /** Adds to row i of the product, up to the diagonal, what eight rows of the matrix bring. */
    private static void add(double[][] g, int i, double[] sum) {
        add(g[0], g[1], g[2], g[3], g[0][i], g[1][i], g[2][i], g[3][i], sum, i + 1);
        add(g[4], g[5], g[6], g[7], g[4][i], g[5][i], g[6][i], g[7][i], sum, i + 1);
    }

    private static void add(
            double[] a,
            double[] b,
            double[] c,
            double[] d,
            double ofA,
            double ofB,
            double ofC,
            double ofD,
            double[] sum,
            int end) {
        for (int j = 0; j < end; j++) {
            sum[j] += ofA * a[j] + ofB * b[j] + (ofC * c[j] + ofD * d[j]);
        }
    }

    /** {@code M v} of every vector. */
    private static double[][] images(float[] matrix, int rows, double[][] vectors) {
        int count = vectors.length;
        double[][] images = new double[count][rows];
        if (count == 0) {
            return images;
        }
        int columns = vectors[0].length;
        double[][] turned = new double[columns][count];
        for (int k = 0; k < count; k++) {
            for (int j = 0; j < columns; j++) {
                turned[j][k] = vectors[k][j];
            }
        }
        Parts.each(0, Math.ceilDiv(rows, GROUP), group -> {
            double[] sum = new double[count];
            for (int i = group * GROUP; i < Math.min(rows, (group + 1) * GROUP); i++) {
                Arrays.fill(sum, 0);
                int at = i * columns;
                int j = 0;
                for (; j + 3 < columns; j += 4) {
                    add(
                            turned[j],
                            turned[j + 1],
                            turned[j + 2],
                            turned[j + 3],
                            matrix[at + j],
                            matrix[at + j + 1],
                            matrix[at + j + 2],
                            matrix[at + j + 3],
                            sum,
                            count);
                }
                for (; j < columns; j++) {
                    add(matrix[at + j], turned[j], sum);
                }
                for (int k = 0; k < count; k++) {
                    images[k][i] = sum[k];
                }
            }
        });
        return images;
    }

    private static float[] transposed(float[] matrix, int rows, int columns) {
        float[] turned = new float[matrix.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                turned[j * rows + i] = matrix[i * columns + j];
            }
        }
        return turned;
    }

    private static void scale(double[] vector, double size) {
        double factor = size == 0 ? 0 : 1 / size;
        for (int i = 0; i < vector.length; i++) {
            vector[i] *= factor;
        }
    }

    private static void add(double factor, double[] vector, double[] sum) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += factor * vector[i];
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
