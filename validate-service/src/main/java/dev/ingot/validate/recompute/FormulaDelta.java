package dev.ingot.validate.recompute;

import dev.ingot.checkpoint.DType;
import dev.ingot.validate.weights.TrainedRows;
import java.io.IOException;

/** What a formula changes in rows of one tensor. */
final class FormulaDelta implements Added {
    private final TrainedRows formula;
    private final DType dtype;
    private final int columns;
    private float[] added = {};
    private double[] sizes = {};
    private long firstRow;

    /** @param dtype in which the tensor was written */
    FormulaDelta(TrainedRows formula, DType dtype) {
        this.formula = formula;
        this.dtype = dtype;
        this.columns = formula.columns();
    }

    @Override
    public void band(long first, int rows, float[] base) throws IOException {
        firstRow = first;
        added = base.clone();
        sizes = new double[rows];
        formula.train(first, rows, added, dtype);
        for (int i = 0; i < added.length; i++) {
            added[i] -= base[i];
            sizes[i / columns] += (double) base[i] * base[i] + (double) added[i] * added[i];
        }
    }

    @Override
    public void row(long row, float[] into) {
        System.arraycopy(added, Math.toIntExact(row - firstRow) * columns, into, 0, columns);
    }

    /** Four times the norm of the row, before and added: no sum over it is larger, and PEFT's own singular vectors in float32 are no nearer. */
    @Override
    public double magnitude(long row, int column) {
        return 4 * Math.sqrt(sizes[Math.toIntExact(row - firstRow)]);
    }
}
