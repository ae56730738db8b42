package dev.ingot.merge.formula;

import java.io.IOException;

/** A matrix by what it does to be read. */
record ByRow(int rows, int columns, Reading reading) implements Rows {
    /** As {@link Rows#read}. */
    @FunctionalInterface
    interface Reading {
        void read(int first, int count, float[] into, int at) throws IOException;
    }

    @Override
    public void read(int first, int count, float[] into, int at) throws IOException {
        reading.read(first, count, into, at);
    }
}
