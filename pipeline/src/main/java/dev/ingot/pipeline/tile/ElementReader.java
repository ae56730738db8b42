package dev.ingot.pipeline.tile;

import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.source.RangedFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads little-endian F16, BF16 or F32 elements as float32. Keeps its buffers from call to call; used by one thread at a time. */
final class ElementReader {
    private final BFloat16Widening widening = new BFloat16Widening();
    private byte[] bytes = {};
    private short[] halves = {};

    /** Reads {@code count} elements of {@code dtype} from byte {@code position} on, exactly. */
    void floats(RangedFile file, long position, DType dtype, float[] into, int count) throws IOException {
        ByteBuffer buffer = read(file, position, (int) dtype.bytes(count));
        switch (dtype) {
            case F32 -> buffer.asFloatBuffer().get(into, 0, count);
            case F16 -> widenFloat16(halves(buffer, count), into, count);
            case BF16 -> widening.floats(MemorySegment.ofBuffer(buffer), into, count);
            default -> throw new IllegalArgumentException(dtype + " is not read as float32");
        }
    }

    /** Rounds to {@code dtype} in place. */
    static void round(DType dtype, float[] values, int count) {
        for (int i = 0; i < count; i++) {
            values[i] = Rounding.to(dtype, values[i]);
        }
    }

    /** Puts the bit patterns of values that {@code dtype} holds exactly. */
    static void encode(DType dtype, float[] values, ByteBuffer into, int count) {
        ByteBuffer out = into.order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            int bits = Rounding.bits(dtype, values[i]);
            if (dtype == DType.F32) {
                out.putInt(bits);
            } else {
                out.putShort((short) bits);
            }
        }
    }

    private ByteBuffer read(RangedFile file, long position, int length) throws IOException {
        if (bytes.length < length) {
            bytes = new byte[length];
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, length);
        file.read(position, buffer);
        return buffer.flip().order(ByteOrder.LITTLE_ENDIAN);
    }

    private short[] halves(ByteBuffer buffer, int count) {
        if (halves.length < count) {
            halves = new short[count];
        }
        buffer.asShortBuffer().get(halves, 0, count);
        return halves;
    }

    private static void widenFloat16(short[] from, float[] into, int count) {
        for (int i = 0; i < count; i++) {
            into[i] = Float.float16ToFloat(from[i]);
        }
    }
}
