package dev.ingot.dequant.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Dequantizes 4 bit fast: gives the bytes of {@link dev.ingot.arithmetic.FourBitDequantization}, whichever implementation runs. Scales are finite;
 * what becomes of others is not defined, because they are refused. Used by one thread at a time.
 *
 * <pre>
 * byte      0          1          2
 *         e0 e1      e2 e3      e4 e5      high nibble first, unless the layout says otherwise; blocks run over the flattened tensor
 * </pre>
 *
 * In all methods {@code packed} begins with the byte that holds element {@code first}, {@code absmax} with the scale of its block; both may be
 * longer than needed.
 */
public interface FourBitKernel {
    /** Elements {@code [first, first + count)} as float32 values that the dtype holds exactly. */
    void floats(byte[] packed, float[] absmax, long first, float[] into, int count);

    /** The same elements as little-endian bit patterns, from byte 0 of {@code into} on. */
    void bytes(byte[] packed, float[] absmax, long first, MemorySegment into, int count);
}
