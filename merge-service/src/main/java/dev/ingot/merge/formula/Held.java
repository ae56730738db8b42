package dev.ingot.merge.formula;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A matrix that is made as a whole by whoever asks first, and kept. */
final class Held implements Rows {
    private final int rows;
    private final int columns;
    private final Making making;
    private @Nullable Dense made;

    /** Makes a matrix. */
    @FunctionalInterface
    interface Making {
        Dense make() throws IOException;
    }

    Held(int rows, int columns, Making making) {
        this.rows = rows;
        this.columns = columns;
        this.making = making;
    }

    /** Keeps what {@code rows} gives. */
    static Held of(Rows rows) {
        return new Held(rows.rows(), rows.columns(), rows::dense);
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int columns() {
        return columns;
    }

    @Override
    public void read(int first, int count, float[] into, int at) throws IOException {
        dense().read(first, count, into, at);
    }

    @Override
    public synchronized Dense dense() throws IOException {
        if (made == null) {
            Dense dense = making.make();
            if (dense.rows() != rows || dense.columns() != columns) {
                throw new IllegalStateException(
                        "made %d x %d, expected %d x %d".formatted(dense.rows(), dense.columns(), rows, columns));
            }
            made = dense;
        }
        return made;
    }
}
