package dev.ingot.validate.adapter;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.adapter.AdapterKey.Role;
import dev.ingot.validate.adapter.TrainedStretch.Parts;
import dev.ingot.validate.weights.TrainedRows;
import dev.ingot.validate.weights.WeightSource;
import java.io.IOException;
import java.util.List;

/** The rows of a tensor, each of which one stretch at most has trained. A bias has rows of one column, and counts as one row where it is read. */
record StretchedRows(
        WeightSource base, String tensor, int width, List<TrainedStretch> stretches, ParameterFactors factors)
        implements TrainedRows {

    @Override
    public int columns() {
        return base.shape(tensor).orElseThrow().rank() == 1
                ? Math.toIntExact(base.shape(tensor).orElseThrow().elements())
                : width;
    }

    @Override
    public void train(long first, int count, float[] values, DType dtype) throws IOException {
        int perRow = columns() / width;
        for (int i = 0; i < count * perRow; i++) {
            int row = Math.toIntExact(first * perRow + i);
            for (TrainedStretch stretch : stretches) {
                if (stretch.holds(row)) {
                    train(stretch, row, values, i * width);
                }
            }
        }
    }

    private void train(TrainedStretch stretch, int row, float[] values, int at) throws IOException {
        Parts parts = stretch.parts();
        int own = stretch.ownRow(row);
        if (parts.has(Role.WHOLE)) {
            System.arraycopy(factors.of(parts.key(Role.WHOLE)), own * width, values, at, width);
        } else if (parts.has(Role.LORA_B_BIAS)) {
            values[at] += parts.scale() * factors.of(parts.key(Role.LORA_B_BIAS))[own];
        } else {
            add(parts, own, values, at);
            if (parts.has(Role.MAGNITUDE)) {
                double factor = factors.of(parts.key(Role.MAGNITUDE))[own] / norm(parts, row, own);
                for (int j = 0; j < width; j++) {
                    values[at + j] = (float) (values[at + j] * factor);
                }
            }
        }
    }

    /** Of the base's own row with this adapter alone, whatever is in the values already. */
    private double norm(Parts parts, int row, int own) throws IOException {
        float[] trained = new float[width];
        base.floats(tensor, (long) row * width, trained, width);
        add(parts, own, trained, 0);
        double sum = 0;
        for (float value : trained) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }

    private void add(Parts parts, int own, float[] values, int at) throws IOException {
        float[] a = factors.of(parts.key(Role.LORA_A));
        float[] b = factors.of(parts.key(Role.LORA_B));
        for (int j = 0; j < width; j++) {
            float sum = 0;
            for (int k = 0; k < parts.rank(); k++) {
                sum = Math.fma(b[own * parts.rank() + k], a[k * width + j], sum);
            }
            values[at + j] += parts.scale() * sum;
        }
    }
}
