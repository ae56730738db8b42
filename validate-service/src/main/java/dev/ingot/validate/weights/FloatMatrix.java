package dev.ingot.validate.weights;

import dev.ingot.validate.family.Rectangle;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Float32 values outside the heap, row after row; lives as long as the arena it was loaded into. */
public record FloatMatrix(MemorySegment data, long rows, long columns) {
    private static final int STRETCH = 1 << 16;

    /** Loads a part of a tensor. */
    public static FloatMatrix load(SegmentAllocator memory, WeightSource source, Rectangle part) throws IOException {
        return load(memory, source, part, (pieces, band) -> band.read(0, pieces));
    }

    /** Has all pieces read, by whichever threads. */
    @FunctionalInterface
    interface Spread {
        void read(long pieces, Readers.Band band) throws IOException;
    }

    /** The same; what formulas recompute is read by the calling thread alone: some of them need whole matrices. */
    static FloatMatrix load(SegmentAllocator memory, WeightSource source, Rectangle part, Spread spread)
            throws IOException {
        MemorySegment data = memory.allocate(Math.multiplyExact(part.rows() * part.columns(), (long) Float.BYTES), 64);
        boolean joined = part.stride() == part.columns();
        long lines = joined ? 1 : part.rows();
        long length = joined ? part.rows() * part.columns() : part.columns();
        long perLine = Math.ceilDiv(length, STRETCH);
        Readers.Band band = (from, to) -> {
            float[] stretch = new float[(int) Math.min(STRETCH, length)];
            for (long piece = from; piece < to; piece++) {
                long line = piece / perLine;
                long at = piece % perLine * STRETCH;
                int count = (int) Math.min(STRETCH, length - at);
                source.floats(part.tensor(), part.first() + line * part.stride() + at, stretch, count);
                MemorySegment.copy(stretch, 0, data, ValueLayout.JAVA_FLOAT, (line * length + at) * Float.BYTES, count);
            }
        };
        if (source.isRecomputed(part.tensor())) {
            band.read(0, lines * perLine);
        } else {
            spread.read(lines * perLine, band);
        }
        return new FloatMatrix(data, part.rows(), part.columns());
    }

    /** The same values with every element times {@code factor} after {@code offset} was added; in place. */
    FloatMatrix adjusted(float offset, float factor) {
        for (long i = 0; i < rows * columns; i++) {
            float value = data.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            data.setAtIndex(ValueLayout.JAVA_FLOAT, i, (value + offset) * factor);
        }
        return this;
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
