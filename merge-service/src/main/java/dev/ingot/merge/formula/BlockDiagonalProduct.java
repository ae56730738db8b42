package dev.ingot.merge.formula;

import java.io.IOException;
import java.util.Arrays;

/** {@code left · diag(block 1, block 2, …)}: columns of each block with the stretch of the row that it meets. */
record BlockDiagonalProduct(Rows left, Held blocks, int count) implements Rows {
    @Override
    public int rows() {
        return left.rows();
    }

    @Override
    public int columns() {
        return blocks.columns() * count;
    }

    @Override
    public void read(int first, int rows, float[] into, int at) throws IOException {
        float[] factor = blocks.dense().values();
        int height = blocks.rows() / count;
        int width = blocks.columns();
        float[] from = new float[rows * left.columns()];
        left.read(first, rows, from, 0);
        Arrays.fill(into, at, at + rows * columns(), 0);
        float[] sum = new float[width];
        for (int i = 0; i < rows; i++) {
            for (int block = 0; block < count; block++) {
                Arrays.fill(sum, 0);
                for (int k = 0; k < height; k++) {
                    float value = from[i * left.columns() + block * height + k];
                    int row = (block * height + k) * width;
                    for (int j = 0; j < width; j++) {
                        sum[j] = Math.fma(value, factor[row + j], sum[j]);
                    }
                }
                System.arraycopy(sum, 0, into, at + i * columns() + block * width, width);
            }
        }
    }
}
