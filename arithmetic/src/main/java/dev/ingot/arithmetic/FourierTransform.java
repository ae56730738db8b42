package dev.ingot.arithmetic;

/** {@code y[j] = sum_k x[k] e^(2 pi i j k / n)} for any n, by the factors of n. */
public final class FourierTransform {
    private final int length;
    private final double[] cos;
    private final double[] sin;

    public FourierTransform(int length) {
        this.length = length;
        this.cos = new double[length];
        this.sin = new double[length];
        for (int i = 0; i < length; i++) {
            cos[i] = Math.cos(2 * Math.PI * i / length);
            sin[i] = Math.sin(2 * Math.PI * i / length);
        }
    }

    /** Cosine of {@code 2 pi index / n}. */
    public double cos(long index) {
        return cos[(int) (index % length)];
    }

    /** Sine of {@code 2 pi index / n}. */
    public double sin(long index) {
        return sin[(int) (index % length)];
    }

    /** Transforms {@code re + i im} in place. */
    public void transform(double[] re, double[] im) {
        double[] outRe = new double[length];
        double[] outIm = new double[length];
        transform(re, im, 0, 1, outRe, outIm, 0, length);
        System.arraycopy(outRe, 0, re, 0, length);
        System.arraycopy(outIm, 0, im, 0, length);
    }

    private void transform(
            double[] re, double[] im, int at, int stride, double[] outRe, double[] outIm, int out, int n) {
        if (n == 1) {
            outRe[out] = re[at];
            outIm[out] = im[at];
            return;
        }
        int factor = smallestFactor(n);
        int part = n / factor;
        for (int f = 0; f < factor; f++) {
            transform(re, im, at + f * stride, stride * factor, outRe, outIm, out + f * part, part);
        }
        if (factor == 2) {
            butterflies(outRe, outIm, out, part);
            return;
        }
        double[] sumRe = new double[factor];
        double[] sumIm = new double[factor];
        int turn = length / n;
        for (int k = 0; k < part; k++) {
            for (int g = 0; g < factor; g++) {
                sumRe[g] = 0;
                sumIm[g] = 0;
                for (int f = 0; f < factor; f++) {
                    long index = (long) f * (k + (long) g * part) % n * turn;
                    double a = outRe[out + f * part + k];
                    double b = outIm[out + f * part + k];
                    sumRe[g] += a * cos(index) - b * sin(index);
                    sumIm[g] += a * sin(index) + b * cos(index);
                }
            }
            for (int g = 0; g < factor; g++) {
                outRe[out + g * part + k] = sumRe[g];
                outIm[out + g * part + k] = sumIm[g];
            }
        }
    }

    /** Two halves become one: the common case, and the quick one. */
    private void butterflies(double[] re, double[] im, int at, int half) {
        int turn = length / half / 2;
        for (int k = 0; k < half; k++) {
            double c = cos[k * turn];
            double s = sin[k * turn];
            double oddRe = re[at + half + k] * c - im[at + half + k] * s;
            double oddIm = re[at + half + k] * s + im[at + half + k] * c;
            re[at + half + k] = re[at + k] - oddRe;
            im[at + half + k] = im[at + k] - oddIm;
            re[at + k] += oddRe;
            im[at + k] += oddIm;
        }
    }

    private static int smallestFactor(int n) {
        for (int f = 2; f * f <= n; f++) {
            if (n % f == 0) {
                return f;
            }
        }
        return n;
    }
}
