package dev.ingot.pipeline.tile;

import java.lang.foreign.MemorySegment;

/**
 * Widens bfloat16 fast: pairs of them, as one int, become pairs of float32, as one long, which C2 vectorizes; short to float it does not. Keeps its
 * buffers; used by one thread at a time. Little-endian machines only, as {@link PanelRounding}.
 *
 * <pre>
 * int   b1 b0        long   b1 00 b0 00        of 16 bits each
 * </pre>
 */
final class BFloat16Widening {
    private static final int PAIRS = 512;

    private final int[] narrow = new int[PAIRS];
    private final long[] wide = new long[PAIRS];
    private final MemorySegment narrowBytes = MemorySegment.ofArray(narrow);
    private final MemorySegment wideBytes = MemorySegment.ofArray(wide);

    /** Widens the first {@code count} elements of {@code from}. */
    void floats(MemorySegment from, float[] into, int count) {
        MemorySegment target = MemorySegment.ofArray(into);
        for (int done = 0; done < count; done += 2 * PAIRS) {
            long elements = Math.min(2 * PAIRS, count - done);
            MemorySegment.copy(from, done * (long) Short.BYTES, narrowBytes, 0, elements * Short.BYTES);
            widen(narrow, wide, (int) (elements + 1) / 2);
            MemorySegment.copy(wideBytes, 0, target, done * (long) Float.BYTES, elements * Float.BYTES);
        }
    }

    private static void widen(int[] narrow, long[] wide, int count) {
        for (int i = 0; i < count; i++) {
            long pair = narrow[i];
            wide[i] = pair << 32 & 0xFFFF_0000_0000_0000L | pair << 16 & 0xFFFF_0000L;
        }
    }
}
