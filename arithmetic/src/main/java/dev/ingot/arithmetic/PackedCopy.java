package dev.ingot.arithmetic;

import dev.ingot.checkpoint.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * What a training checkpoint may have made of a packed 4-bit weight, whose bytes it took for numbers: the storage's elements are widened to float32
 * by a consolidation, which loses nothing, or rounded to the engine's dtype, which does.
 *
 * <pre>
 * storage   in the file           reading
 * any       as it was             BYTES
 * uint8     0 to 255 as floats    NUMBERS
 * bfloat16  float32               BFLOAT16_WORDS       the upper half of each word
 * float16   float32               FLOAT16_WORDS        exact but for the quiet bit of NaNs
 * float16   bfloat16, float32     FLOAT16_ROUNDED      destroyed
 * float32   bfloat16, float32     FLOAT32_ROUNDED      destroyed
 * </pre>
 */
public enum PackedCopy {
    BYTES(1, true),
    NUMBERS(1, true),
    BFLOAT16_WORDS(2, true),
    FLOAT16_WORDS(2, true),
    FLOAT16_ROUNDED(2, false),
    FLOAT32_ROUNDED(4, false);

    private static final int QUIET = 0x0200;
    private static final int NIBBLE_BITS = 4;

    private final int bytes;
    private final boolean intact;

    PackedCopy(int bytes, boolean intact) {
        this.bytes = bytes;
        this.intact = intact;
    }

    /** Packed bytes that one element of the copy stands for. */
    public int bytes() {
        return bytes;
    }

    /** Whether the packed bytes can be had back. */
    public boolean intact() {
        return intact;
    }

    /** Bits of an element as it is read from the file: a byte of it, or a whole number of its dtype. */
    public int elementBits(DType dtype) {
        return this == BYTES ? Byte.SIZE : dtype.bits();
    }

    /**
     * The readings that dtype and size leave open; none where they fit no copy of a packed weight.
     *
     * @param elements of the copy
     * @param packed bytes of the packed weight
     */
    public static List<PackedCopy> of(DType dtype, long elements, long packed) {
        List<PackedCopy> readings = new ArrayList<>();
        boolean half = dtype == DType.BF16 || dtype == DType.F16;
        if (dtype.bytes(elements) == packed) {
            readings.add(BYTES);
        }
        if (dtype.isMergeable() && elements == packed) {
            readings.add(NUMBERS);
        }
        if (elements * 2 == packed) {
            if (dtype == DType.F32) {
                readings.addAll(List.of(BFLOAT16_WORDS, FLOAT16_WORDS));
            }
            if (dtype == DType.F32 || dtype == DType.BF16) {
                readings.add(FLOAT16_ROUNDED);
            }
        }
        if (elements * 4 == packed && (half || dtype == DType.F32)) {
            readings.add(FLOAT32_ROUNDED);
        }
        return readings;
    }

    /**
     * How many of the nibbles that an element stands for are others than expected; of a reading that is not intact, all or none.
     *
     * @param stored bits of the element
     * @param packed the expected bytes, the first lowest
     */
    public int differing(DType dtype, int stored, int packed) {
        return switch (this) {
            case BYTES -> nibbles(stored ^ packed);
            case NUMBERS -> {
                float value = Rounding.fromBits(dtype, stored);
                yield value == (int) value && value >= 0 && value <= 0xFF ? nibbles((int) value ^ packed) : 2;
            }
            case BFLOAT16_WORDS -> (stored & 0xFFFF) == 0 ? nibbles(stored >>> Short.SIZE ^ packed) : 4;
            case FLOAT16_WORDS -> nibbles(float16(stored, packed) ^ packed);
            case FLOAT16_ROUNDED -> isRounded(dtype, stored, HalfPrecision.fromFloat16((short) packed)) ? 0 : 4;
            case FLOAT32_ROUNDED -> isRounded(dtype, stored, Float.intBitsToFloat(packed)) ? 0 : 8;
        };
    }

    /** The word that was widened; of a NaN with the quiet bit that widening may have set taken as expected. */
    private static int float16(int stored, int packed) {
        float value = Float.intBitsToFloat(stored);
        int word = HalfPrecision.toFloat16(value) & 0xFFFF;
        if (Float.isNaN(value)) {
            int payload = stored >>> 13 & 0x3FF | stored >>> Short.SIZE & 0x8000 | 0x7C00;
            return payload & ~QUIET | packed & QUIET;
        }
        boolean exact = Float.floatToRawIntBits(HalfPrecision.fromFloat16((short) word)) == stored;
        return exact ? word : ~packed & 0xFFFF;
    }

    private static boolean isRounded(DType dtype, int stored, float word) {
        float value = Rounding.fromBits(dtype, stored);
        float rounded = Rounding.to(dtype == DType.F16 ? DType.F16 : DType.BF16, word);
        return value == rounded || Float.isNaN(value) && Float.isNaN(rounded);
    }

    private static int nibbles(int different) {
        int count = 0;
        for (int rest = different; rest != 0; rest >>>= NIBBLE_BITS) {
            count += (rest & 0xF) == 0 ? 0 : 1;
        }
        return count;
    }
}
