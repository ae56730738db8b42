package dev.ingot.validate.adapter;

import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.adapter.ParameterLayout;
import dev.ingot.checkpoint.model.FusedExperts;
import dev.ingot.checkpoint.model.FusedExperts.Part;
import dev.ingot.validate.weights.TrainedRows;
import java.io.IOException;

/**
 * Rows of a tensor whose parameter {@code target_parameters} names: row o of expert e is {@code W[o,i] + round(s sum_k B[o, k E + e] A[e r + k, i])},
 * with o and i exchanged in A and B where the layout is turned.
 */
record ParameterRows(
        FusedExperts experts,
        Part part,
        ParameterLayout layout,
        ParameterFactors factors,
        String keyA,
        String keyB,
        int rank,
        float scale)
        implements TrainedRows {

    @Override
    public int columns() {
        return experts.columns();
    }

    @Override
    public void train(long first, int count, float[] values, DType dtype) throws IOException {
        float[] a = factors.of(keyA);
        float[] b = factors.of(keyB);
        for (int i = 0; i < count; i++) {
            int row = Math.toIntExact(first) + i;
            int expert = part.whole() ? row / experts.rows() : part.expert();
            int own = part.whole() ? row % experts.rows() : part.firstRow() + row;
            for (int j = 0; j < columns(); j++) {
                float product = layout == ParameterLayout.STRAIGHT
                        ? product(a, experts.columns(), b, expert, own, j)
                        : product(a, experts.rows(), b, expert, j, own);
                int at = i * columns() + j;
                values[at] += Rounding.to(dtype, scale * product);
            }
        }
    }

    /** Element (out, in) of an expert's B A, as {@link dev.ingot.arithmetic.LowRankDelta} defines it. */
    private float product(float[] a, int in, float[] b, int expert, int outRow, int inColumn) {
        int count = experts.experts();
        float sum = 0;
        for (int k = 0; k < rank; k++) {
            float left = b[(outRow * rank + k) * count + expert];
            sum = Math.fma(left, a[(expert * rank + k) * in + inColumn], sum);
        }
        return sum;
    }
}
