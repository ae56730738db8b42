package dev.ingot.merge;

import dev.ingot.checkpoint.DType;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * Looks for infinities and NaNs in bytes as they pass: in each, all bits of the exponent are set, so that adding one to the exponent carries into the
 * sign's place. Eight bytes at a time. Used by one thread at a time.
 */
final class FiniteScan {
    private static final int CHUNK = 1024;

    private final long[] words = new long[CHUNK];
    private final MemorySegment segment = MemorySegment.ofArray(words);

    /** Whether all remaining elements are finite numbers; true for dtypes that hold no floating-point numbers. */
    boolean allFinite(ByteBuffer bytes, DType dtype) {
        return switch (dtype) {
            case F16 -> allFinite(bytes, 0x7C00_7C00_7C00_7C00L, 0x0400_0400_0400_0400L, 0x8000_8000_8000_8000L);
            case BF16 -> allFinite(bytes, 0x7F80_7F80_7F80_7F80L, 0x0080_0080_0080_0080L, 0x8000_8000_8000_8000L);
            case F32 -> allFinite(bytes, 0x7F80_0000_7F80_0000L, 0x0080_0000_0080_0000L, 0x8000_0000_8000_0000L);
            case F64 -> allFinite(bytes, 0x7FF0_0000_0000_0000L, 0x0010_0000_0000_0000L, 0x8000_0000_0000_0000L);
            default -> true;
        };
    }

    private boolean allFinite(ByteBuffer bytes, long exponent, long one, long sign) {
        MemorySegment source = MemorySegment.ofBuffer(bytes);
        long size = source.byteSize();
        long carries = 0;
        for (long at = 0; at < size; at += CHUNK * Long.BYTES) {
            int length = (int) Math.min(CHUNK * Long.BYTES, size - at);
            if (length % Long.BYTES != 0) {
                words[length / Long.BYTES] = 0;
            }
            MemorySegment.copy(source, at, segment, 0, length);
            carries |= carries(words, Math.ceilDiv(length, Long.BYTES), exponent, one);
        }
        return (carries & sign) == 0;
    }

    private static long carries(long[] words, int count, long exponent, long one) {
        long carries = 0;
        for (int i = 0; i < count; i++) {
            carries |= (words[i] & exponent) + one;
        }
        return carries;
    }
}
