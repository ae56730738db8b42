package dev.ingot.validate.weights;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Float32 values outside the heap, row after row; lives as long as the arena it was loaded into. */
public record FloatMatrix(MemorySegment data, long rows, long columns) {
    private static final int STRETCH = 1 << 16;

    /** Loads rows {@code [firstRow, firstRow + rows)} of a tensor with {@code columns} columns, adding {@code offset} to every value. */
    public static FloatMatrix load(
            SegmentAllocator memory,
            WeightSource source,
            String tensor,
            long firstRow,
            long rows,
            long columns,
            float offset)
            throws IOException {
        MemorySegment data = memory.allocate(Math.multiplyExact(rows * columns, (long) Float.BYTES), 64);
        float[] stretch = new float[(int) Math.min(STRETCH, rows * columns)];
        for (long at = 0; at < rows * columns; at += stretch.length) {
            int count = (int) Math.min(stretch.length, rows * columns - at);
            source.floats(tensor, firstRow * columns + at, stretch, count);
            for (int i = 0; offset != 0 && i < count; i++) {
                stretch[i] += offset;
            }
            MemorySegment.copy(stretch, 0, data, ValueLayout.JAVA_FLOAT, at * Float.BYTES, count);
        }
        return new FloatMatrix(data, rows, columns);
    }

    /** Loads columns {@code [first, first + count)} of a tensor of {@code rows} rows: the transposed band, {@code count x rows}. */
    static FloatMatrix loadTransposed(
            SegmentAllocator memory,
            WeightSource source,
            String tensor,
            long rows,
            long columns,
            long first,
            long count)
            throws IOException {
        MemorySegment data = memory.allocate(Math.multiplyExact(rows * count, (long) Float.BYTES), 64);
        float[] row = new float[Math.toIntExact(count)];
        for (long r = 0; r < rows; r++) {
            source.floats(tensor, r * columns + first, row, row.length);
            for (int c = 0; c < row.length; c++) {
                data.setAtIndex(ValueLayout.JAVA_FLOAT, c * rows + r, row[c]);
            }
        }
        return new FloatMatrix(data, count, rows);
    }

    /** A view of the bytes, in native order; at most 2 GiB. */
    public ByteBuffer bytes() {
        return data.asByteBuffer().order(ByteOrder.nativeOrder());
    }
}
