package dev.ingot.dequant;

import dev.ingot.checkpoint.Shape;
import dev.ingot.pipeline.plan.Value;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One matrix of a value, in the value's dtype, from which columns are taken. Decoded once, in chunks, by all threads that need it.
 *
 * <pre>
 * element (row, column) of the matrix = element (column, row) of the transposed one
 * </pre>
 */
final class TransposedSlab {
    private static final int CHUNK_ELEMENTS = 1 << 18;
    /** Rows that are read before the next column is written: their lines stay in the first-level cache. */
    private static final int BAND = 64;

    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final Value of;
    private final long firstElement;
    private final int rows;
    private final int columns;
    private final int width;
    private final byte[] bytes;
    private final SharedPass pass;

    /** @param number of the matrix within a value of more than two dimensions */
    TransposedSlab(Value of, long number) {
        Shape shape = of.shape();
        this.of = of;
        this.rows = Math.toIntExact(shape.dim(shape.rank() - 2));
        this.columns = Math.toIntExact(shape.columns());
        this.width = of.dtype().bits() / Byte.SIZE;
        long elements = (long) rows * columns;
        this.firstElement = number * elements;
        this.bytes = new byte[Math.toIntExact(elements * width)];
        this.pass = new SharedPass(Math.toIntExact(Math.ceilDiv(elements, (long) CHUNK_ELEMENTS)));
    }

    /** Returns when the whole matrix is there. */
    void complete(TileDecoder decoder) throws IOException {
        pass.complete(chunk -> {
            int from = chunk * CHUNK_ELEMENTS;
            int count = Math.min(CHUNK_ELEMENTS, bytes.length / width - from);
            decoder.bytes(of, firstElement + from, ByteBuffer.wrap(bytes, from * width, count * width));
        });
    }

    /** Elements {@code [first, first + count)} of the transposed matrix, as bytes, into {@code into} from index {@code at} on. */
    void gather(int first, int count, byte[] into, int at) {
        int end = first + count;
        for (int band = 0; band < rows; band += BAND) {
            int bandEnd = Math.min(band + BAND, rows);
            for (int column = first / rows; (long) column * rows < end; column++) {
                int start = column * rows;
                int from = Math.max(first, start + band);
                int to = Math.min(end, start + bandEnd);
                column(column, from - start, to - start, into, at + (from - first) * width);
            }
        }
    }

    private void column(int column, int fromRow, int toRow, byte[] into, int at) {
        int target = at;
        int source = (fromRow * columns + column) * width;
        for (int row = fromRow; row < toRow; row++) {
            if (width == Short.BYTES) {
                SHORTS.set(into, target, (short) SHORTS.get(bytes, source));
            } else {
                INTS.set(into, target, (int) INTS.get(bytes, source));
            }
            target += width;
            source += columns * width;
        }
    }

    /** Elements of the matrix. */
    int elements() {
        return bytes.length / width;
    }
}
