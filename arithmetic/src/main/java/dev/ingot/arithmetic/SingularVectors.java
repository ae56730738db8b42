package dev.ingot.arithmetic;

import java.util.Arrays;
import java.util.Comparator;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/**
 * The singular value decomposition of a matrix, largest value first, by one-sided Jacobi rotations in float64 (Hestenes): slow for large matrices, and
 * right to the last bits. The sign of a pair of vectors is arbitrary.
 */
public final class SingularVectors {
    private static final int SWEEPS = 60;
    private static final double CONVERGED = 1e-15;

    private final int rows;
    private final int columns;
    private final double[][] left;
    private final double[] values;
    private final double[][] right;

    private SingularVectors(int rows, int columns, double[][] left, double[] values, double[][] right) {
        this.rows = rows;
        this.columns = columns;
        this.left = left;
        this.values = values;
        this.right = right;
    }

    /** @param matrix row-major, rows x columns */
    public static SingularVectors of(float[] matrix, int rows, int columns) {
        boolean wide = rows < columns;
        double[][] lines = lines(matrix, rows, columns, wide);
        double[][] turns = rotate(lines);
        double[] sizes = Arrays.stream(lines)
                .mapToDouble(line -> Math.sqrt(dot(line, line)))
                .toArray();
        int[] order = IntStream.range(0, sizes.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -sizes[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        double[][] directions = Arrays.stream(order)
                .mapToObj(i -> Arrays.stream(lines[i])
                        .map(x -> sizes[i] == 0 ? 0 : x / sizes[i])
                        .toArray())
                .toArray(double[][]::new);
        double[][] turned = Arrays.stream(order).mapToObj(i -> turns[i]).toArray(double[][]::new);
        double[] values = Arrays.stream(order).mapToDouble(i -> sizes[i]).toArray();
        return wide
                ? new SingularVectors(rows, columns, turned, values, directions)
                : new SingularVectors(rows, columns, directions, values, turned);
    }

    /** {@code sum σ u vᵀ} over places {@code [from, to)}, row-major. */
    public float[] part(int from, int to) {
        return part(from, to, x -> x);
    }

    /** The same with every component rounded first: values and elements of vectors. */
    public float[] part(int from, int to, DoubleUnaryOperator rounding) {
        double[] sum = new double[rows * columns];
        for (int k = from; k < to; k++) {
            double value = rounding.applyAsDouble(values[k]);
            double[] v = Arrays.stream(right[k]).map(rounding).toArray();
            for (int i = 0; i < rows; i++) {
                double factor = value * rounding.applyAsDouble(left[k][i]);
                for (int j = 0; j < columns; j++) {
                    sum[i * columns + j] += factor * v[j];
                }
            }
        }
        float[] narrow = new float[sum.length];
        for (int i = 0; i < sum.length; i++) {
            narrow[i] = (float) sum[i];
        }
        return narrow;
    }

    /** The shorter direction: rows of a wide matrix, columns of a tall one. */
    private static double[][] lines(float[] matrix, int rows, int columns, boolean wide) {
        int count = wide ? rows : columns;
        int length = wide ? columns : rows;
        double[][] lines = new double[count][length];
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < length; j++) {
                lines[i][j] = wide ? matrix[i * columns + j] : matrix[j * columns + i];
            }
        }
        return lines;
    }

    /** Makes the lines orthogonal in pairs, again and again; returns the rotation that did it, a row for each new line. */
    private static double[][] rotate(double[][] lines) {
        int n = lines.length;
        double[][] turns = new double[n][n];
        for (int i = 0; i < n; i++) {
            turns[i][i] = 1;
        }
        boolean done = false;
        for (int sweep = 0; !done && sweep < SWEEPS; sweep++) {
            done = true;
            for (int p = 0; p < n - 1; p++) {
                for (int q = p + 1; q < n; q++) {
                    done &= !rotate(lines, turns, p, q);
                }
            }
        }
        return turns;
    }

    private static boolean rotate(double[][] lines, double[][] turns, int p, int q) {
        double pp = dot(lines[p], lines[p]);
        double qq = dot(lines[q], lines[q]);
        double pq = dot(lines[p], lines[q]);
        if (Math.abs(pq) <= CONVERGED * Math.sqrt(pp * qq)) {
            return false;
        }
        double zeta = (qq - pp) / (2 * pq);
        double t = Math.copySign(1, zeta) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
        double c = 1 / Math.sqrt(1 + t * t);
        turn(lines[p], lines[q], c, c * t);
        turn(turns[p], turns[q], c, c * t);
        return true;
    }

    private static void turn(double[] a, double[] b, double c, double s) {
        for (int i = 0; i < a.length; i++) {
            double kept = a[i];
            a[i] = c * kept - s * b[i];
            b[i] = s * kept + c * b[i];
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
