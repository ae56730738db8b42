package dev.ingot.merge;

import java.util.ArrayList;
import java.util.List;

/**
 * A stretch of one tensor's flattened elements: some whole rows, or a part of one row where rows are long.
 *
 * @param tensor index into the shard
 * @param rowLength elements of a row of the tensor
 * @param row first row
 * @param column first column, a multiple of the panel's width; 0 unless rows are split
 * @param columns per row in this tile
 */
record Tile(int tensor, long rowLength, long row, int rows, long column, int columns) {
    /** Elements of a tile, unless told otherwise: its float32 values fit into a core's second-level cache. */
    static final int ELEMENTS = 1 << 18;

    /** Index of the first element in the flattened tensor. */
    long first() {
        return row * rowLength + column;
    }

    int elements() {
        return rows * columns;
    }

    /** Cuts tensors into tiles of at most {@code elements} elements (at least a panel; a whole row of a formula), in the order of the file. */
    static List<Tile> cut(List<TensorWork> tensors, int elements) {
        List<Tile> tiles = new ArrayList<>();
        for (int i = 0; i < tensors.size(); i++) {
            TensorWork work = tensors.get(i);
            long count = work.tensor().shape().elements();
            if (count > 0) {
                long rowLength = work.rowLength();
                int atLeast = work.isFormula() ? Math.toIntExact(rowLength) : 0;
                cut(i, rowLength, count / rowLength, Math.max(elements, atLeast), tiles);
            }
        }
        return tiles;
    }

    private static void cut(int tensor, long rowLength, long rows, int elements, List<Tile> into) {
        if (rowLength > elements) {
            int width = Math.max(elements / LowRankKernel.PANEL, 1) * LowRankKernel.PANEL;
            for (long row = 0; row < rows; row++) {
                for (long column = 0; column < rowLength; column += width) {
                    int columns = (int) Math.min(width, rowLength - column);
                    into.add(new Tile(tensor, rowLength, row, 1, column, columns));
                }
            }
            return;
        }
        int fit = (int) (elements / rowLength);
        int height = fit > LowRankKernel.ROWS ? fit / LowRankKernel.ROWS * LowRankKernel.ROWS : fit;
        for (long row = 0; row < rows; row += height) {
            into.add(new Tile(tensor, rowLength, row, (int) Math.min(height, rows - row), 0, (int) rowLength));
        }
    }
}
