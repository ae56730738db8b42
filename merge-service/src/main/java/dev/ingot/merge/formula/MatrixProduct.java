package dev.ingot.merge.formula;

import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** {@code left · right}: inner index ascending in one float32 accumulator, with fma, whichever way it is asked for. */
final class MatrixProduct implements Rows {
    /** Rows of the right factor that are read at once when it is not kept. */
    private static final int CHUNK = 64;
    /** Columns that are computed at once: their stretch of the right factor stays in a core's cache. */
    private static final int PANEL = 512;

    private static final int GROUP = 4;

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
        float[][] panels = kept();
        int inner = left.columns();
        float[] rows = new float[count * inner];
        left.read(first, count, rows, 0);
        float[][] sums = new float[GROUP][PANEL];
        for (int panel = 0; panel * PANEL < columns(); panel++) {
            int width = Math.min(PANEL, columns() - panel * PANEL);
            for (int row = 0; row < count; row += GROUP) {
                int group = Math.min(GROUP, count - row);
                multiply(rows, row, group, panels, panel * inner, inner, sums, width);
                for (int i = 0; i < group; i++) {
                    System.arraycopy(sums[i], 0, into, at + (row + i) * columns() + panel * PANEL, width);
                }
            }
        }
    }

    /** Sums of up to four rows over one panel; rows past the group repeat its last and mean nothing. */
    private static void multiply(
            float[] rows, int row, int group, float[][] panels, int panel, int inner, float[][] sums, int width) {
        for (float[] sum : sums) {
            Arrays.fill(sum, 0, width, 0);
        }
        int r0 = row * inner;
        int r1 = (row + Math.min(1, group - 1)) * inner;
        int r2 = (row + Math.min(2, group - 1)) * inner;
        int r3 = (row + Math.min(3, group - 1)) * inner;
        for (int k = 0; k < inner; k++) {
            addProducts(
                    sums[0],
                    sums[1],
                    sums[2],
                    sums[3],
                    panels[panel + k],
                    width,
                    rows[r0 + k],
                    rows[r1 + k],
                    rows[r2 + k],
                    rows[r3 + k]);
        }
    }

    private static void addProducts(
            float[] a0,
            float[] a1,
            float[] a2,
            float[] a3,
            float[] b,
            int width,
            float l0,
            float l1,
            float l2,
            float l3) {
        for (int j = 0; j < width; j++) {
            float x = b[j];
            a0[j] = Math.fma(l0, x, a0[j]);
            a1[j] = Math.fma(l1, x, a1[j]);
            a2[j] = Math.fma(l2, x, a2[j]);
            a3[j] = Math.fma(l3, x, a3[j]);
        }
    }

    /** The right factor: one array for each panel and inner index. */
    private synchronized float[][] kept() throws IOException {
        if (kept == null) {
            int inner = right.rows();
            int columns = right.columns();
            float[][] panels = new float[Math.ceilDiv(columns, PANEL) * inner][];
            float[] row = new float[columns];
            for (int k = 0; k < inner; k++) {
                right.read(k, 1, row, 0);
                for (int panel = 0; panel * PANEL < columns; panel++) {
                    int end = Math.min((panel + 1) * PANEL, columns);
                    panels[panel * inner + k] = Arrays.copyOfRange(row, panel * PANEL, end);
                }
            }
            kept = panels;
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
