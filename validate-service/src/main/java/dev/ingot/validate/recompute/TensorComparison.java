package dev.ingot.validate.recompute;

import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.validate.weights.WeightSource;
import java.io.IOException;
import java.util.Optional;

/** Recomputes stretches of one tensor and counts how far what was written is from it. */
final class TensorComparison {
    private final WeightSource trained;
    private final String tensor;
    private final WeightSource merged;
    private final String written;
    private final String module;
    private final Optional<Added> delta;
    private final DType dtype;
    private final int columns;
    private final float[] added;

    private long compared;
    private long equal;
    private double distance;
    private double weights;
    private double deltas;
    private double lost;
    private double drift;
    private double driftSquares;
    private boolean finite = true;

    private TensorComparison(
            WeightSource trained,
            String tensor,
            WeightSource merged,
            String written,
            String module,
            Optional<Added> delta,
            int columns) {
        this.trained = trained;
        this.tensor = tensor;
        this.merged = merged;
        this.written = written;
        this.module = module;
        this.delta = delta;
        this.dtype = merged.dtype(written);
        this.columns = columns;
        this.added = new float[columns];
    }

    /**
     * Compares a tensor of the trained model with the one that was written for it; both have the same number of elements.
     *
     * @param module whose delta belongs to the tensor, or empty
     * @param columns of a row
     */
    static TensorCheck compare(
            WeightSource trained,
            String tensor,
            WeightSource merged,
            String written,
            String module,
            Optional<Added> delta,
            int columns,
            Stretches stretches)
            throws IOException {
        Shape shape = trained.shape(tensor).orElseThrow();
        TensorComparison comparison = new TensorComparison(trained, tensor, merged, written, module, delta, columns);
        long matrices = delta.isPresent() && shape.rank() > 2 ? shape.dim(0) : 1;
        for (Stretches.Rows stretch : stretches.of(shape.elements() / columns, columns, matrices)) {
            comparison.add(stretch);
        }
        return comparison.check(shape.elements());
    }

    private void add(Stretches.Rows rows) throws IOException {
        int count = rows.count() * columns;
        float[] base = new float[count];
        float[] found = new float[count];
        trained.floats(tensor, rows.first() * columns, base, count);
        merged.floats(written, rows.first() * columns, found, count);
        if (delta.isPresent()) {
            delta.get().band(rows.first(), rows.count(), base);
        }
        for (int row = 0; row < rows.count(); row++) {
            if (delta.isPresent()) {
                delta.get().row(rows.first() + row, added);
            }
            addRow(rows.first() + row, base, found, row * columns);
        }
        compared += count;
    }

    private void addRow(long row, float[] base, float[] found, int at) {
        for (int j = 0; j < columns; j++) {
            float weight = base[at + j];
            float sum = delta.isPresent() ? weight + added[j] : weight;
            float expected = Rounding.to(dtype, sum);
            float written = found[at + j];
            weights += (double) weight * weight;
            deltas += (double) added[j] * added[j];
            lost += square((double) expected - sum);
            finite &= Float.isFinite(written);
            if (isEqual(written, expected)) {
                equal++;
            } else {
                addDifference(row, j, weight, expected, written);
            }
        }
    }

    /** Bit by bit where nothing was added; both zeros are one value where something was. */
    private boolean isEqual(float written, float expected) {
        return delta.isPresent()
                ? written == expected
                : Float.floatToRawIntBits(written) == Float.floatToRawIntBits(expected);
    }

    private void addDifference(long row, int column, float weight, float expected, float written) {
        double magnitude = delta.isPresent() ? delta.get().magnitude(row, column) : 0;
        double units = Tolerance.units(dtype, written, expected, weight, added[column], magnitude);
        distance = Math.max(distance, units);
        double along = ((double) written - expected) * added[column];
        drift += along;
        driftSquares += along * along;
    }

    private static double square(double x) {
        return x * x;
    }

    private TensorCheck check(long elements) {
        return new TensorCheck(
                tensor,
                module,
                dtype,
                elements,
                compared,
                equal,
                distance,
                weights,
                deltas,
                lost,
                deltas == 0 ? 0 : Math.abs(drift) / deltas,
                deltas == 0 ? 0 : Math.sqrt(driftSquares) / deltas,
                finite);
    }
}
