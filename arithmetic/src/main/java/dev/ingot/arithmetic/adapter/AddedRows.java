package dev.ingot.arithmetic.adapter;

import dev.ingot.arithmetic.FourierTransform;
import dev.ingot.arithmetic.MersenneTwister;
import dev.ingot.arithmetic.adapter.RowFormula.Rounder;

/** Formulas that add something to a row which does not depend on it. */
public final class AddedRows {
    private AddedRows() {}

    /** {@code W + round(scale left right)}. */
    public static RowFormula lowRank(Reals left, Reals right, double scale, Rounder rounder) {
        return (row, values) -> {
            double[] sum = new double[values.length];
            right.combine(left.row(row), sum);
            for (int j = 0; j < values.length; j++) {
                values[j] += rounder.round(scale * sum[j]);
            }
        };
    }

    /** {@code W + scale (a1 b1) . (a2 b2)}: LoHa. */
    public static RowFormula hadamard(Reals a1, Reals b1, Reals a2, Reals b2, double scale) {
        return (row, values) -> {
            double[] one = new double[values.length];
            double[] two = new double[values.length];
            b1.combine(a1.row(row), one);
            b2.combine(a2.row(row), two);
            for (int j = 0; j < values.length; j++) {
                values[j] += scale * one[j] * two[j];
            }
        };
    }

    /** {@code W + scale (w1 . w2)} of two whole matrices: LoHa on a convolution in Tucker form. */
    public static RowFormula elementwise(Reals one, Reals two, double scale) {
        return (row, values) -> {
            for (int j = 0; j < values.length; j++) {
                values[j] += scale * one.at(row, j) * two.at(row, j);
            }
        };
    }

    /** {@code W + scale (w1 (x) w2)}: LoKr. */
    public static RowFormula kronecker(Reals w1, Reals w2, double scale) {
        return (row, values) -> {
            double[] outer = w1.row(row / w2.height());
            double[] inner = w2.row(row % w2.height());
            for (int j = 0; j < values.length; j++) {
                values[j] += scale * outer[j / inner.length] * inner[j % inner.length];
            }
        };
    }

    /** {@code W[o,i] + M[i mod r, o mod m]}: MiSS, m the number of M's columns. */
    public static RowFormula shards(Reals block) {
        return (row, values) -> {
            for (int j = 0; j < values.length; j++) {
                values[j] += block.at(j % block.height(), row % block.columns());
            }
        };
    }

    /** {@code W[place] + value}: places are flat, in any order. */
    public static RowFormula scattered(long[] places, double[] added, Rounder rounder) {
        return (row, values) -> {
            long begin = (long) row * values.length;
            for (int k = 0; k < places.length; k++) {
                if (places[k] >= begin && places[k] < begin + values.length) {
                    values[(int) (places[k] - begin)] += rounder.round(added[k]);
                }
            }
        };
    }

    /**
     * FourierFT: {@code W[o,i] + scale / (out in) sum_k c_k cos(2 pi (o p_k / out + i q_k / in))}, at the first places of torch's random permutation.
     */
    public static RowFormula fourier(double[] coefficients, long seed, double scale, int out, int in) {
        long[] places = new MersenneTwister(seed).permutation((long) out * in, coefficients.length);
        FourierTransform transform = new FourierTransform(in);
        return (row, values) -> {
            double[] re = new double[in];
            double[] im = new double[in];
            for (int k = 0; k < places.length; k++) {
                double angle = 2 * Math.PI * (row * (places[k] / in) % out) / out;
                re[(int) (places[k] % in)] += coefficients[k] * Math.cos(angle);
                im[(int) (places[k] % in)] += coefficients[k] * Math.sin(angle);
            }
            transform.transform(re, im);
            for (int j = 0; j < in; j++) {
                values[j] += scale * re[j] / ((double) out * in);
            }
        };
    }

    /** C3A: {@code W + round(round(k[(j - p) mod b]) / in)}; kernels of a row of blocks stand one after the other. */
    public static RowFormula circulant(Reals kernels, int blockColumns, Rounder rounder) {
        int size = kernels.columns();
        return (row, values) -> {
            for (int j = 0; j < values.length; j++) {
                double[] kernel = kernels.row(row / size * blockColumns + j / size);
                double entry = rounder.round(kernel[Math.floorMod(j % size - row % size, size)]);
                values[j] += rounder.round(entry / values.length);
            }
        };
    }

    /**
     * GraLoRA's blocks: block (j, n) of k x k takes stretch j of the ranks of A_n and stretch n of those of B_j:
     * {@code W[o,i] + scale sum_t A[i, jq + t] B[j r + nq + t, o mod (out / k)]}, q = r / k.
     *
     * @param a [in, r]: A_1, A_2, … one below the other
     * @param b [k r, out / k]
     */
    public static RowFormula granular(Reals a, Reals b, int k, double scale) {
        int rank = a.columns();
        int stretch = rank / k;
        return (row, values) -> {
            int j = row / b.columns();
            for (int i = 0; i < values.length; i++) {
                int n = i / (values.length / k);
                double sum = 0;
                for (int t = 0; t < stretch; t++) {
                    sum += a.at(i, j * stretch + t) * b.at(j * rank + n * stretch + t, row % b.columns());
                }
                values[i] += scale * sum;
            }
        };
    }
}
