package dev.ingot.validate.weights;

import dev.ingot.checkpoint.DType;
import java.io.IOException;

/** What another formula adds, times the weight that a run gives its adapter. */
record WeightedRows(TrainedRows of, double weight) implements TrainedRows {
    @Override
    public int columns() {
        return of.columns();
    }

    @Override
    public void train(long first, int count, float[] values, DType dtype) throws IOException {
        float[] trained = values.clone();
        of.train(first, count, trained, dtype);
        for (int i = 0; i < count * columns(); i++) {
            values[i] = (float) (values[i] + weight * ((double) trained[i] - values[i]));
        }
    }
}
