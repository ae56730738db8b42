package dev.ingot.arithmetic;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Left singular vectors by one-sided Jacobi rotations, in float64: slow for large matrices, and right to the last bits. */
public final class SingularVectors {
    private static final int SWEEPS = 60;
    private static final double CONVERGED = 1e-15;

    private SingularVectors() {}

    /**
     * The part of a matrix that its {@code rank} largest singular values make.
     *
     * @param matrix row-major, rows x columns
     */
    public static float[] leadingPart(float[] matrix, int rows, int columns, int rank) {
        boolean wide = rows < columns;
        double[][] lines = lines(matrix, rows, columns, wide);
        double[][] rotated = Arrays.stream(lines).map(double[]::clone).toArray(double[][]::new);
        double[][] turns = rotate(rotated);
        return project(lines, turns, largest(rotated, rank), rows, columns, wide);
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

    private static int[] largest(double[][] rotated, int rank) {
        return IntStream.range(0, rotated.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -dot(rotated[i], rotated[i])))
                .limit(rank)
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** The lines projected onto the chosen directions. */
    private static float[] project(
            double[][] lines, double[][] turns, int[] chosen, int rows, int columns, boolean wide) {
        int length = lines[0].length;
        double[][] along = new double[chosen.length][length];
        for (int k = 0; k < chosen.length; k++) {
            for (int i = 0; i < lines.length; i++) {
                add(along[k], lines[i], turns[chosen[k]][i]);
            }
        }
        float[] part = new float[rows * columns];
        double[] line = new double[length];
        for (int i = 0; i < lines.length; i++) {
            Arrays.fill(line, 0);
            for (int k = 0; k < chosen.length; k++) {
                add(line, along[k], turns[chosen[k]][i]);
            }
            for (int j = 0; j < length; j++) {
                part[wide ? i * columns + j : j * columns + i] = (float) line[j];
            }
        }
        return part;
    }

    private static void add(double[] to, double[] of, double factor) {
        for (int j = 0; j < to.length; j++) {
            to[j] += factor * of[j];
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
