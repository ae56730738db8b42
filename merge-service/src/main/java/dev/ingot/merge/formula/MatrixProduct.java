package dev.ingot.merge.formula;

import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** {@code left · right}: inner index ascending in one float32 accumulator, with fma, whichever way it is asked for. */
final class MatrixProduct implements Rows {
    /** Rows of the right factor that are read at once when it is not kept. */
    private static final int CHUNK = 64;

    private final Rows left;
    private final Rows right;
    private float @Nullable [][] kept;

    MatrixProduct(Rows left, Rows right) {
        this.left = left;
        this.right = right;
    }

    @Override
    public int rows() {
        return left.rows();
    }

    @Override
    public int columns() {
        return right.columns();
    }

    @Override
    public void read(int first, int count, float[] into, int at) throws IOException {
        float[][] factor = kept();
        int inner = left.columns();
        int columns = columns();
        float[] rows = new float[count * inner];
        left.read(first, count, rows, 0);
        float[] sum = new float[columns];
        for (int i = 0; i < count; i++) {
            Arrays.fill(sum, 0);
            for (int k = 0; k < inner; k++) {
                addProduct(sum, factor[k], rows[i * inner + k]);
            }
            System.arraycopy(sum, 0, into, at + i * columns, columns);
        }
    }

    private synchronized float[][] kept() throws IOException {
        if (kept == null) {
            float[][] rows = new float[right.rows()][right.columns()];
            for (int k = 0; k < rows.length; k++) {
                right.read(k, 1, rows[k], 0);
            }
            kept = rows;
        }
        return kept;
    }

    /** Reads the right factor once and keeps none of it, if the result is the smaller of the two. */
    @Override
    public Dense dense() throws IOException {
        if (rows() >= right.rows()) {
            return Rows.super.dense();
        }
        Dense narrow = left.dense();
        int columns = columns();
        float[][] sums = new float[rows()][columns];
        float[] chunk = new float[CHUNK * columns];
        float[] row = new float[columns];
        for (int k = 0; k < right.rows(); k++) {
            if (k % CHUNK == 0) {
                right.read(k, Math.min(CHUNK, right.rows() - k), chunk, 0);
            }
            System.arraycopy(chunk, k % CHUNK * columns, row, 0, columns);
            for (int i = 0; i < sums.length; i++) {
                addProduct(sums[i], row, narrow.values()[i * narrow.columns() + k]);
            }
        }
        float[] values = new float[rows() * columns];
        for (int i = 0; i < sums.length; i++) {
            System.arraycopy(sums[i], 0, values, i * columns, columns);
        }
        return new Dense(values, rows(), columns);
    }

    private static void addProduct(float[] sum, float[] row, float factor) {
        for (int j = 0; j < sum.length; j++) {
            sum[j] = Math.fma(factor, row[j], sum[j]);
        }
    }
}
