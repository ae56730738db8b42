package dev.ingot.merge.formula;

import java.io.IOException;

/** A float32 matrix whose rows can be asked for in any order, each with the same bits however it is asked for. Safe for several threads. */
public interface Rows {
    int rows();

    int columns();

    /** Rows {@code [first, first + count)}, one after the other, into {@code into[at..]}. */
    void read(int first, int count, float[] into, int at) throws IOException;

    /** All of it in memory. */
    default Dense dense() throws IOException {
        float[] values = new float[Math.multiplyExact(rows(), columns())];
        read(0, rows(), values, 0);
        return new Dense(values, rows(), columns());
    }
}
