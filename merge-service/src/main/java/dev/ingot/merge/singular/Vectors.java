package dev.ingot.merge.singular;

import java.util.SplittableRandom;

/** Arithmetic of vectors in float64. The order of every sum is fixed, and nothing is fused: the same bits on every machine. */
final class Vectors {
    private static final int LANES = 8;

    private Vectors() {}

    static double dot(double[] a, double[] b, int from, int to) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        double s4 = 0;
        double s5 = 0;
        double s6 = 0;
        double s7 = 0;
        int j = from;
        for (; j <= to - LANES; j += LANES) {
            s0 += a[j] * b[j];
            s1 += a[j + 1] * b[j + 1];
            s2 += a[j + 2] * b[j + 2];
            s3 += a[j + 3] * b[j + 3];
            s4 += a[j + 4] * b[j + 4];
            s5 += a[j + 5] * b[j + 5];
            s6 += a[j + 6] * b[j + 6];
            s7 += a[j + 7] * b[j + 7];
        }
        for (; j < to; j++) {
            s0 += a[j] * b[j];
        }
        return s0 + s1 + (s2 + s3) + (s4 + s5 + (s6 + s7));
    }

    static double dot(double[] a, double[] b) {
        return dot(a, b, 0, a.length);
    }

    static double norm(double[] a) {
        return Math.sqrt(dot(a, a));
    }

    /** {@code sum += factor * a}, from place {@code from} on. */
    static void add(double[] sum, double factor, double[] a, int from) {
        for (int j = from; j < sum.length; j++) {
            sum[j] += factor * a[j];
        }
    }

    static void scale(double[] a, double factor) {
        for (int j = 0; j < a.length; j++) {
            a[j] *= factor;
        }
    }

    /** Uniform between -1 and 1; the same for the same seed. */
    static double[] random(int length, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] values = new double[length];
        for (int i = 0; i < length; i++) {
            values[i] = random.nextDouble(-1, 1);
        }
        return values;
    }
}
