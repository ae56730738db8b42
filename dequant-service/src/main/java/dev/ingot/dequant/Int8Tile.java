package dev.ingot.dequant;

import dev.ingot.pipeline.plan.Value.RowwiseInt8;
import java.io.IOException;

/** LLM.int8 as a file holds it: a row's codes times its scale. */
final class Int8Tile extends ProductTile<RowwiseInt8> {
    private final SourceBytes source;
    private byte[] codes = {};

    Int8Tile(SourceBytes source) {
        this.source = source;
    }

    @Override
    void products(RowwiseInt8 value, long first, float[] into, int count) throws IOException {
        if (count == 0) {
            return;
        }
        codes = codes.length < count ? new byte[count] : codes;
        source.read(value.weight(), first, codes, count);
        long columns = value.shape().columns();
        long firstRow = first / columns;
        int rows = (int) ((first + count - 1) / columns - firstRow + 1);
        float[] scales = source.finite(value.scales(), firstRow, rows);
        int start = 0;
        for (int row = 0; row < rows; row++) {
            int end = (int) Math.min((firstRow + row + 1) * columns - first, count);
            scale(codes, scales[row], start, end, into);
            start = end;
        }
    }

    private static void scale(byte[] codes, float scale, int start, int end, float[] into) {
        for (int i = start; i < end; i++) {
            into[i] = dev.ingot.arithmetic.RowwiseInt8.value(codes[i], scale);
        }
    }
}
