package dev.ingot.validate.weights;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/**
 * The weights that the unmerged model computes with, in float32: the base's, changed by the formulas of its adapter.
 *
 * @param formulas by tensor
 */
record TrainedWeights(WeightSource base, Map<String, TrainedRows> formulas) implements WeightSource {
    @Override
    public Optional<Shape> shape(String tensor) {
        return base.shape(tensor);
    }

    @Override
    public DType dtype(String tensor) {
        return formulas.containsKey(tensor) ? DType.F32 : base.dtype(tensor);
    }

    @Override
    public String origin(String tensor) {
        return formulas.containsKey(tensor) ? base.origin(tensor) + " as trained" : base.origin(tensor);
    }

    @Override
    public boolean isRecomputed(String tensor) {
        return formulas.containsKey(tensor);
    }

    /** Computes all rows that the stretch touches. */
    @Override
    public void floats(String tensor, long first, float[] into, int count) throws IOException {
        TrainedRows formula = formulas.get(tensor);
        if (formula == null) {
            base.floats(tensor, first, into, count);
            return;
        }
        int columns = formula.columns();
        long row = first / columns;
        int rows = Math.toIntExact(Math.ceilDiv(first + count, columns) - row);
        float[] values = new float[rows * columns];
        base.floats(tensor, row * columns, values, values.length);
        formula.train(row, rows, values, DType.F32);
        System.arraycopy(values, (int) (first - row * columns), into, 0, count);
    }
}
