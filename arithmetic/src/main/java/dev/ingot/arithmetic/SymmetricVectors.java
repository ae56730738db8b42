package dev.ingot.arithmetic;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * All eigenvalues of a symmetric matrix and their unit vectors, in float64, by the implicit QL algorithm: Golub and Van Loan, Matrix Computations, 8.3.
 * Its rotations are gathered and then applied to narrow strips of the vectors, each of which stays in a core's cache.
 */
final class SymmetricVectors {
    private static final int WIDTH = 64;
    private static final int BATCH = 1 << 18;
    private static final int ITERATIONS = 80;
    private static final double EPSILON = 0x1p-53;

    private final int n;
    private final double[] d;
    private final double[] e;
    /** By strip: of each vector the elements that lie in it. */
    private final double[][] strips;

    private final int[] places = new int[BATCH];
    private final double[] cosines = new double[BATCH];
    private final double[] sines = new double[BATCH];
    private int pending;
    private Integer[] order = {};

    private SymmetricVectors(HouseholderReduction reduced) {
        this.n = reduced.diagonal().length;
        this.d = reduced.diagonal();
        this.e = reduced.beside();
        this.strips = new double[Math.ceilDiv(n, WIDTH)][];
        Parts.each(0, strips.length, strip -> strips[strip] = turned(reduced.reflections(), strip * WIDTH));
    }

    /** @param matrix both triangles; is taken apart */
    static SymmetricVectors of(double[][] matrix) {
        SymmetricVectors vectors = new SymmetricVectors(HouseholderReduction.of(matrix));
        vectors.diagonalize();
        return vectors;
    }

    /** The eigenvalue at a place in falling order. */
    double value(int place) {
        return d[order[place]];
    }

    /** The unit vector of the eigenvalue at a place in falling order. */
    double[] vector(int place) {
        int k = order[place];
        double[] vector = new double[n];
        for (int i = 0; i < n; i++) {
            vector[i] = strips[i / WIDTH][k * WIDTH + i % WIDTH];
        }
        return vector;
    }

    /** A strip of the product of all reflections. */
    private double[] turned(double[][] reflections, int first) {
        double[] strip = new double[n * WIDTH];
        for (int i = first; i < Math.min(first + WIDTH, n); i++) {
            strip[i * WIDTH + i - first] = 1;
        }
        double[] along = new double[WIDTH];
        for (double[] reflection : reflections) {
            int from = n - reflection.length;
            Arrays.fill(along, 0);
            for (int k = 0; k < reflection.length; k++) {
                int at = (from + k) * WIDTH;
                double factor = reflection[k];
                for (int i = 0; i < WIDTH; i++) {
                    along[i] += factor * strip[at + i];
                }
            }
            for (int k = 0; k < reflection.length; k++) {
                int at = (from + k) * WIDTH;
                double factor = reflection[k];
                for (int i = 0; i < WIDTH; i++) {
                    strip[at + i] -= factor * along[i];
                }
            }
        }
        return strip;
    }

    private void diagonalize() {
        double size = 0;
        for (int i = 0; i < n; i++) {
            size = Math.max(size, Math.abs(d[i]) + Math.abs(e[i]));
        }
        for (int l = 0; l < n; l++) {
            int rounds = 0;
            for (int m = end(l, size); m > l; m = end(l, size)) {
                if (rounds++ == ITERATIONS) {
                    throw new IllegalStateException("QL did not converge at " + l + " of " + n);
                }
                step(l, m);
            }
        }
        apply();
        order = IntStream.range(0, n)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -d[i]))
                .toArray(Integer[]::new);
    }

    /** The end of the part behind {@code l} that hangs together. */
    private int end(int l, double size) {
        int m = l;
        while (m < n - 1 && Math.abs(e[m]) > EPSILON * (Math.abs(d[m]) + Math.abs(d[m + 1]) + size / 64)) {
            m++;
        }
        return m;
    }

    private void step(int l, int m) {
        double g = (d[l + 1] - d[l]) / (2 * e[l]);
        g = d[m] - d[l] + e[l] / (g + Math.copySign(Math.sqrt(g * g + 1), g));
        double s = 1;
        double c = 1;
        double p = 0;
        for (int i = m - 1; i >= l; i--) {
            double f = s * e[i];
            double b = c * e[i];
            double r = Math.sqrt(f * f + g * g);
            e[i + 1] = r;
            if (r == 0) {
                d[i + 1] -= p;
                e[m] = 0;
                return;
            }
            s = f / r;
            c = g / r;
            g = d[i + 1] - p;
            r = (d[i] - g) * s + 2 * c * b;
            p = s * r;
            d[i + 1] = g + p;
            g = c * r - b;
            rotate(i, c, s);
        }
        d[l] -= p;
        e[l] = g;
        e[m] = 0;
    }

    private void rotate(int place, double c, double s) {
        if (pending == BATCH) {
            apply();
        }
        places[pending] = place;
        cosines[pending] = c;
        sines[pending++] = s;
    }

    private void apply() {
        int count = pending;
        Parts.each(0, strips.length, strip -> {
            for (int k = 0; k < count; k++) {
                turn(strips[strip], places[k] * WIDTH, cosines[k], sines[k]);
            }
        });
        pending = 0;
    }

    private static void turn(double[] strip, int at, double c, double s) {
        for (int i = at; i < at + WIDTH; i++) {
            double below = strip[i + WIDTH];
            double own = strip[i];
            strip[i + WIDTH] = s * own + c * below;
            strip[i] = c * own - s * below;
        }
    }
}
