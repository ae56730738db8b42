package dev.ingot.dequant;

import dev.ingot.arithmetic.BlockScaledFp8;
import dev.ingot.checkpoint.Shape;
import dev.ingot.pipeline.plan.Value;
import java.io.IOException;

/**
 * FP8 with a scale per tile of each matrix; where a matrix ends, its tiles may be smaller.
 *
 * <pre>
 * rows      r ... | r + blockRows ...      one row of scales each; matrices of a 3-D tensor follow one another
 * </pre>
 */
final class Fp8Tile extends ProductTile<Value.BlockScaledFp8> {
    private final SourceBytes source;
    private byte[] codes = {};

    Fp8Tile(SourceBytes source) {
        this.source = source;
    }

    @Override
    void products(Value.BlockScaledFp8 value, long first, float[] into, int count) throws IOException {
        if (count == 0) {
            return;
        }
        codes = codes.length < count ? new byte[count] : codes;
        source.read(value.weight(), first, codes, count);
        long columns = value.shape().columns();
        long firstRow = first / columns;
        long lastRow = (first + count - 1) / columns;
        long scalesPerRow = Math.ceilDiv(columns, (long) value.blockColumns());
        long firstScale = scaleRow(value, firstRow) * scalesPerRow;
        long scaleCount = (scaleRow(value, lastRow) + 1) * scalesPerRow - firstScale;
        float[] scales = source.finite(value.scales(), firstScale, Math.toIntExact(scaleCount));
        for (long row = firstRow; row <= lastRow; row++) {
            int scaleAt = (int) (scaleRow(value, row) * scalesPerRow - firstScale);
            row(value, scales, scaleAt, row * columns - first, into, count);
        }
        requireFinite(value, first, into, count);
    }

    /** Which row of scales, over all matrices, a row of weights has. */
    private static long scaleRow(Value.BlockScaledFp8 value, long row) {
        Shape shape = value.shape();
        long rows = shape.rank() < 2 ? 1 : shape.dim(shape.rank() - 2);
        long scaleRows = Math.ceilDiv(rows, (long) value.blockRows());
        return row / rows * scaleRows + row % rows / value.blockRows();
    }

    /** @param rowStart where the row begins in {@code into}; negative when before it */
    private void row(Value.BlockScaledFp8 value, float[] scales, int scaleAt, long rowStart, float[] into, int count) {
        long columns = value.shape().columns();
        for (long column = Math.max(0, -rowStart); column < columns && rowStart + column < count; ) {
            long tileEnd = (column / value.blockColumns() + 1) * value.blockColumns();
            int end = (int) Math.min(rowStart + Math.min(tileEnd, columns), count);
            float scale = scales[scaleAt + (int) (column / value.blockColumns())];
            for (int i = (int) (rowStart + column); i < end; i++) {
                into[i] = BlockScaledFp8.value(codes[i], scale);
            }
            column = end - rowStart;
        }
    }

    /** A pattern of E4M3 that is no number gives none. */
    private void requireFinite(Value.BlockScaledFp8 value, long first, float[] products, int count) {
        for (int i = 0; i < count; i++) {
            if (!Float.isFinite(products[i])) {
                throw source.nonFinite("Element " + (first + i), value.weight(), products[i]);
            }
        }
    }
}
