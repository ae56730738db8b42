package dev.ingot.arithmetic;

/** Activation functions as torch defines them, of one float32 number. */
public final class Activations {
    private static final float LEAK = 0.01f;

    private Activations() {}

    public static float relu(float x) {
        return Math.max(x, 0);
    }

    /** With torch's slope of 0.01 below zero. */
    public static float leakyRelu(float x) {
        return x >= 0 ? x : LEAK * x;
    }

    public static float tanh(float x) {
        return (float) Math.tanh(x);
    }

    public static float sigmoid(float x) {
        return (float) (1 / (1 + Math.exp(-x)));
    }

    /** {@code x sigmoid(x)} */
    public static float silu(float x) {
        return (float) (x / (1 + Math.exp(-x)));
    }

    /** {@code x / 2 (1 + erf(x / sqrt 2))} */
    public static float gelu(float x) {
        return (float) (0.5 * x * (1 + erf(x / Math.sqrt(2))));
    }

    /** By its Taylor series near zero, by a continued fraction of its complement beyond; right to about 1e-14. */
    static double erf(double x) {
        double size = Math.abs(x);
        if (size > 6) {
            return Math.signum(x);
        }
        if (size < 2.5) {
            double term = x;
            double sum = x;
            for (int n = 1; Math.abs(term) > 1e-18 * Math.abs(sum) && n < 200; n++) {
                term *= -x * x / n;
                sum += term / (2 * n + 1);
            }
            return 2 / Math.sqrt(Math.PI) * sum;
        }
        double fraction = size;
        for (int k = 80; k >= 1; k--) {
            fraction = size + k / 2.0 / fraction;
        }
        return Math.signum(x) * (1 - Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction);
    }
}
