package dev.ingot.validate.adapter;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.model.FusedExperts;
import dev.ingot.validate.weights.TrainedRows;
import java.io.IOException;
import java.util.List;

/** Rows of a fused parameter whose experts have a pair for each of their projections: {@code W + s B A} in the rows of each. */
record SingleExpertRows(FusedExperts experts, List<Delta> deltas, ParameterFactors factors) implements TrainedRows {

    /** A pair, and the rows of all experts that it belongs to. */
    record Delta(String keyA, String keyB, int firstRow, int rows, int rank, float scale) {}

    @Override
    public int columns() {
        return experts.columns();
    }

    @Override
    public void train(long first, int count, float[] values, DType dtype) throws IOException {
        for (Delta delta : deltas) {
            int from = Math.max(Math.toIntExact(first), delta.firstRow());
            int to = Math.min(Math.toIntExact(first) + count, delta.firstRow() + delta.rows());
            for (int row = from; row < to; row++) {
                add(delta, row - delta.firstRow(), values, (row - Math.toIntExact(first)) * columns());
            }
        }
    }

    private void add(Delta delta, int row, float[] values, int at) throws IOException {
        float[] a = factors.of(delta.keyA());
        float[] b = factors.of(delta.keyB());
        for (int j = 0; j < columns(); j++) {
            float sum = 0;
            for (int k = 0; k < delta.rank(); k++) {
                sum = Math.fma(b[row * delta.rank() + k], a[k * columns() + j], sum);
            }
            values[at + j] += delta.scale() * sum;
        }
    }
}
