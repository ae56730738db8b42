package dev.ingot.merge;

import dev.ingot.checkpoint.DType;
import dev.ingot.pipeline.tile.PanelRounding;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Merges four rows of one panel at a time, all of it in the first-level cache: values, their deltas in the order of the operations, one rounding.
 *
 * <pre>
 * base panel ──► + scale * (left · right), per operation ──► round ──► bits
 *      └──────────────────────┴────────────────────────────────┴─────► norms
 * </pre>
 *
 * Used by one thread at a time.
 */
final class PanelMerge {
    private static final int WIDTH = LowRankKernel.PANEL;

    private final float[][] base = new float[LowRankKernel.ROWS][WIDTH];
    private final float[][] merged = new float[LowRankKernel.ROWS][WIDTH];
    private final float[][] sums = new float[LowRankKernel.ROWS][WIDTH];
    private final float[] rounded = new float[WIDTH];
    private final Norms norms = new Norms();
    private final PanelRounding toFloat16 = PanelRounding.to(DType.F16);
    private final PanelRounding toBFloat16 = PanelRounding.to(DType.BF16);
    private final PanelRounding toFloat32 = PanelRounding.to(DType.F32);

    /** Hears of an element that is not finite after rounding. */
    @FunctionalInterface
    interface Complaint {
        void at(int row, int column, float base, float merged);
    }

    /**
     * Merges a tile.
     *
     * @param values of the tile, row by row; left as they are
     * @param out receives the tile's bits from byte 0 on
     * @return the norms' squares
     */
    Norms.Sums merge(Tile tile, float[] values, List<Factors> factors, DType dtype, MemorySegment out) {
        PanelRounding rounding = rounding(dtype);
        int bytes = dtype.bits() / Byte.SIZE;
        for (int row = 0; row < tile.rows(); row += LowRankKernel.ROWS) {
            int rows = Math.min(LowRankKernel.ROWS, tile.rows() - row);
            for (int column = 0; column < tile.columns(); column += WIDTH) {
                int width = Math.min(WIDTH, tile.columns() - column);
                add(tile, values, factors, rounding, row, rows, column, width);
                for (int i = 0; i < rows; i++) {
                    int at = (row + i) * tile.columns() + column;
                    rounding.round(merged[i], rounded, width);
                    norms.add(base[i], merged[i], rounded, width);
                    MemorySegment.copy(rounding.bits(), 0, out, (long) at * bytes, (long) width * bytes);
                }
            }
        }
        return norms.take();
    }

    /** Rounds a tile whose values before rounding are known, row by row, in {@code results}; otherwise as {@link #merge}. */
    Norms.Sums round(Tile tile, float[] values, float[] results, DType dtype, MemorySegment out) {
        PanelRounding rounding = rounding(dtype);
        int bytes = dtype.bits() / Byte.SIZE;
        for (int at = 0; at < tile.elements(); at += WIDTH) {
            int width = Math.min(WIDTH, tile.elements() - at);
            System.arraycopy(values, at, base[0], 0, width);
            System.arraycopy(results, at, merged[0], 0, width);
            rounding.round(merged[0], rounded, width);
            norms.add(base[0], merged[0], rounded, width);
            MemorySegment.copy(rounding.bits(), 0, out, (long) at * bytes, (long) width * bytes);
        }
        return norms.take();
    }

    /** Complains of the first element that is not finite once rounded, if there is one. */
    void examine(Tile tile, float[] values, float[] results, DType dtype, Complaint complaint) {
        PanelRounding rounding = rounding(dtype);
        for (int at = 0; at < tile.elements(); at += WIDTH) {
            int width = Math.min(WIDTH, tile.elements() - at);
            System.arraycopy(results, at, merged[0], 0, width);
            rounding.round(merged[0], rounded, width);
            for (int j = 0; j < width; j++) {
                if (!Float.isFinite(rounded[j]) || !Float.isFinite(merged[0][j])) {
                    int element = at + j;
                    complaint.at(element / tile.columns(), element % tile.columns(), values[element], results[element]);
                    return;
                }
            }
        }
    }

    /** Goes over the tile once more and complains of the first element that is not finite once rounded, if there is one. */
    void examine(Tile tile, float[] values, List<Factors> factors, DType dtype, Complaint complaint) {
        PanelRounding rounding = rounding(dtype);
        for (int row = 0; row < tile.rows(); row++) {
            for (int column = 0; column < tile.columns(); column += WIDTH) {
                int width = Math.min(WIDTH, tile.columns() - column);
                add(tile, values, factors, rounding, row, 1, column, width);
                rounding.round(merged[0], rounded, width);
                for (int j = 0; j < width; j++) {
                    if (!Float.isFinite(rounded[j]) || !Float.isFinite(merged[0][j])) {
                        complaint.at(row, column + j, values[row * tile.columns() + column + j], merged[0][j]);
                        return;
                    }
                }
            }
        }
    }

    /** Leaves up to four rows of values in {@code base}, and with the deltas in {@code merged}. */
    private void add(
            Tile tile,
            float[] values,
            List<Factors> factors,
            PanelRounding rounding,
            int row,
            int rows,
            int column,
            int width) {
        for (int i = 0; i < rows; i++) {
            System.arraycopy(values, (row + i) * tile.columns() + column, base[i], 0, width);
        }
        int panel = (int) ((tile.column() + column) / WIDTH);
        int first = (int) tile.row() + row;
        float[][] before = base;
        for (Factors delta : factors) {
            delta.kernel()
                    .multiply(delta.left(), first, first + rows - 1, delta.right(), panel, delta.rank(), sums, width);
            for (int i = 0; i < rows; i++) {
                if (delta.rounded()) {
                    addRounded(before[i], sums[i], delta.scale(), rounding, merged[i], width);
                } else {
                    addScaled(before[i], sums[i], delta.scale(), merged[i], width);
                }
            }
            before = merged;
        }
        if (factors.isEmpty()) {
            for (int i = 0; i < rows; i++) {
                System.arraycopy(base[i], 0, merged[i], 0, width);
            }
        }
    }

    /** {@code into[j] = values[j] + scale * products[j]}, product and sum rounded each; the first and the last may be the same array. */
    static void addScaled(float[] values, float[] products, float scale, float[] into, int width) {
        for (int j = 0; j < width; j++) {
            into[j] = values[j] + scale * products[j];
        }
    }

    private void addRounded(
            float[] values, float[] products, float scale, PanelRounding rounding, float[] into, int width) {
        for (int j = 0; j < width; j++) {
            products[j] *= scale;
        }
        rounding.round(products, rounded, 0, width);
        for (int j = 0; j < width; j++) {
            into[j] = values[j] + rounded[j];
        }
    }

    private PanelRounding rounding(DType dtype) {
        return switch (dtype) {
            case F16 -> toFloat16;
            case BF16 -> toBFloat16;
            case F32 -> toFloat32;
            default -> throw new IllegalArgumentException("nothing is merged into " + dtype);
        };
    }
}
