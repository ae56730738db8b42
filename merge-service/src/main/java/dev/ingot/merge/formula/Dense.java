package dev.ingot.merge.formula;

/** A matrix in memory, row-major. */
@SuppressWarnings("ArrayRecordComponent")
record Dense(float[] values, int rows, int columns) implements Rows {
    @Override
    public void read(int first, int count, float[] into, int at) {
        System.arraycopy(values, first * columns, into, at, count * columns);
    }

    @Override
    public Dense dense() {
        return this;
    }

    Dense transposed() {
        float[] turned = new float[values.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                turned[j * rows + i] = values[i * columns + j];
            }
        }
        return new Dense(turned, columns, rows);
    }

    double[] doubles() {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    static Dense ofDoubles(double[] values, int rows, int columns) {
        float[] narrow = new float[values.length];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = (float) values[i];
        }
        return new Dense(narrow, rows, columns);
    }
}
