package dev.ingot.merge;

import dev.ingot.pipeline.tile.PanelRounding;

/**
 * The product of two factors, four rows by one panel of columns at a time. Gives the bytes of {@link dev.ingot.arithmetic.LowRankDelta}, whichever
 * implementation runs: per element k ascends, one accumulator, fma. Safe for several threads.
 *
 * <pre>
 *            right[panel * rank + k][j]     one array per k and panel: 512 columns, less in the last
 *                 ──────────────►
 * left      ┌───┐
 * (rows x   │ 4 │  k, k+1   ──►  sums[row][j]
 *  rank)    └───┘
 * </pre>
 */
public interface LowRankKernel {
    int PANEL = PanelRounding.PANEL;
    int ROWS = 4;

    /**
     * Fills the first {@code width} elements of each of {@code sums}' four arrays. The rank is at least 1.
     *
     * @param left row-major, rank columns
     * @param row of left that goes into {@code sums[0]}; the next three follow, rows past {@code lastRow} repeat it and mean nothing
     */
    void multiply(float[] left, int row, int lastRow, float[][] right, int panel, int rank, float[][] sums, int width);
}
