package dev.ingot.merge;

import dev.ingot.pipeline.tile.PanelRounding;

/**
 * The product of two factors, four rows by one panel of columns at a time. Gives the bytes of {@link dev.ingot.arithmetic.LowRankDelta}, whichever
 * implementation runs: per element k ascends, one accumulator, fma. Safe for several threads.
 *
 * <pre>
 *            right, 512 columns of it, less in the last panel
 *                 ──────────────►
 * left      ┌───┐
 * (rows x   │ 4 │  k ──►  sums[row][j]
 *  rank)    └───┘
 * </pre>
 */
public interface LowRankKernel {
    int PANEL = PanelRounding.PANEL;
    int ROWS = 4;

    /**
     * The right factor as {@link #multiply} of this kernel wants it.
     *
     * @param right row-major, rank x columns
     */
    float[][] arrange(float[] right, int rank, int columns);

    /**
     * Fills the first {@code width} elements of each of {@code sums}' four arrays, which have a panel's length; what becomes of the others is not
     * defined. The rank is at least 1.
     *
     * @param left row-major, rank columns
     * @param row of left that goes into {@code sums[0]}; the next three follow, rows past {@code lastRow} repeat it and mean nothing
     * @param right as this kernel arranged it
     */
    void multiply(float[] left, int row, int lastRow, float[][] right, int panel, int rank, float[][] sums, int width);
}
