package dev.ingot.arithmetic;

import java.util.Arrays;

/**
 * A symmetric matrix reduced to three diagonals by reflections, in float64: Golub and Van Loan, Matrix Computations, 8.3. Each pass over what is left
 * of the matrix applies the last reflection and multiplies with the next one.
 */
@SuppressWarnings("ArrayRecordComponent")
record HouseholderReduction(ThreeDiagonals left, double[][] reflections) {
    private static final int PARTS = 16;
    /** Vectors that are reflected at once: those of 4096 elements then stay in a core's cache. */
    private static final int WIDTH = 32;

    /** @param matrix both triangles, which are taken apart row by row */
    static HouseholderReduction of(double[][] matrix) {
        int n = matrix.length;
        double[] diagonal = new double[n];
        double[] beside = new double[n];
        double[][] reflections = new double[Math.max(n - 2, 0)][];
        double[] last = new double[n];
        double[] lastTimes = new double[n];
        for (int j = 0; j < n; j++) {
            double[] row = matrix[j];
            matrix[j] = new double[0];
            update(row, j, last[j], lastTimes[j], last, lastTimes);
            diagonal[j] = row[j];
            if (j >= n - 2) {
                beside[j] = j == n - 2 ? row[n - 1] : 0;
                continue;
            }
            double[] next = new double[n];
            beside[j] = reflection(row, j + 1, next);
            reflections[j] = Arrays.copyOfRange(next, j + 1, n);
            double[] times = product(matrix, j + 1, last, lastTimes, next);
            double half = dot(times, next) / 2;
            for (int k = j + 1; k < n; k++) {
                times[k] -= half * next[k];
            }
            last = next;
            lastTimes = times;
        }
        return new HouseholderReduction(new ThreeDiagonals(diagonal, beside), reflections);
    }

    /** Turns vectors of the three diagonals, in place, into those of the matrix. */
    void turn(double[][] vectors) {
        Parts.each(0, Math.ceilDiv(vectors.length, WIDTH), strip -> {
            int first = strip * WIDTH;
            int width = Math.min(WIDTH, vectors.length - first);
            int n = left.diagonal().length;
            double[] across = new double[n * width];
            for (int i = 0; i < n * width; i++) {
                across[i] = vectors[first + i % width][i / width];
            }
            double[] along = new double[width];
            for (int j = reflections.length - 1; j >= 0; j--) {
                reflect(reflections[j], across, (n - reflections[j].length) * width, along);
            }
            for (int i = 0; i < n * width; i++) {
                vectors[first + i % width][i / width] = across[i];
            }
        });
    }

    private static void reflect(double[] reflection, double[] across, int from, double[] along) {
        int width = along.length;
        Arrays.fill(along, 0);
        int at = from;
        for (double factor : reflection) {
            for (int i = 0; i < width; i++) {
                along[i] += factor * across[at + i];
            }
            at += width;
        }
        at = from;
        for (double factor : reflection) {
            for (int i = 0; i < width; i++) {
                across[at + i] -= factor * along[i];
            }
            at += width;
        }
    }

    /** The vector, of length √2, whose reflection leaves of {@code row[from..]} its first element alone; that element is returned. */
    private static double reflection(double[] row, int from, double[] into) {
        double largest = 0;
        for (int k = from; k < row.length; k++) {
            largest = Math.max(largest, Math.abs(row[k]));
        }
        if (largest == 0) {
            return 0;
        }
        double squares = 0;
        for (int k = from; k < row.length; k++) {
            into[k] = row[k] / largest;
            squares += into[k] * into[k];
        }
        double size = Math.copySign(Math.sqrt(squares), row[from]);
        into[from] += size;
        double factor = 1 / Math.sqrt(size * into[from]);
        for (int k = from; k < row.length; k++) {
            into[k] *= factor;
        }
        return -size * largest;
    }

    /** Applies the last reflection to rows {@code [from..]}, and multiplies them with the next vector; parts are added in order. */
    private static double[] product(double[][] matrix, int from, double[] last, double[] lastTimes, double[] next) {
        int n = matrix.length;
        double[][] sums = new double[PARTS][];
        Parts.each(0, PARTS, part -> {
            double[] sum = new double[n];
            int end = from + (int) ((part + 1L) * (n - from) / PARTS);
            for (int i = from + (int) ((long) part * (n - from) / PARTS); i < end; i++) {
                update(matrix[i], from, last[i], lastTimes[i], last, lastTimes);
                add(matrix[i], from, next[i], sum);
            }
            sums[part] = sum;
        });
        for (int part = 1; part < PARTS; part++) {
            add(sums[part], from, 1, sums[0]);
        }
        return sums[0];
    }

    private static void update(double[] row, int from, double v, double w, double[] last, double[] lastTimes) {
        for (int k = from; k < row.length; k++) {
            row[k] -= v * lastTimes[k] + w * last[k];
        }
    }

    private static void add(double[] row, int from, double factor, double[] sum) {
        for (int k = from; k < row.length; k++) {
            sum[k] += factor * row[k];
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int k = 0; k < a.length; k++) {
            sum += a[k] * b[k];
        }
        return sum;
    }
}
