package dev.ingot.arithmetic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingot.checkpoint.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AbsmaxTest {
    private static final float OUTER = Float.intBitsToFloat(0x3d0d4fdf);
    private static final float OFFSET = Float.intBitsToFloat(0x3d91caab);

    /** Code's value and resulting scale, from a run of bitsandbytes. */
    @ParameterizedTest
    @CsvSource({
        "0, bf7e3333, 3d1743d4",
        "1, bf7a999a, 3d19408c",
        "126, b513a3b7, 3d91caa8",
        "127, 00000000, 3d91caab",
        "200, 3e6f3333, 3da24be6",
        "255, 3f800000, 3dd8729a"
    })
    void aDoubleQuantizedScaleIsWhatBitsandbytesGives(int code, String value, String expected) {
        float[] map = new float[256];
        map[code] = Float.intBitsToFloat(Integer.parseUnsignedInt(value, 16));
        float scale = new Absmax(map, 256, DType.F32, OFFSET).scale((byte) code, OUTER);
        assertEquals(expected, "%08x".formatted(Float.floatToRawIntBits(scale)));
    }

    @Test
    void bfloat16RoundsTheProductTheOffsetAndTheSum() {
        float[] map = new float[256];
        map[3] = 1.001f;
        float scale = new Absmax(map, 256, DType.BF16, 0.1f).scale((byte) 3, 1f);
        assertEquals(Rounding.to(DType.BF16, 1f + Rounding.to(DType.BF16, 0.1f)), scale);
    }

    @Test
    void theOuterScaleChangesWhereItsBlockOfCodesEnds() {
        float[] map = new float[256];
        map[1] = 1;
        float[] scales = new float[4];
        new Absmax(map, 4, DType.F32, 0).scales(new byte[] {1, 1, 1, 1}, new float[] {5, 6}, 6, scales, 4);
        org.junit.jupiter.api.Assertions.assertArrayEquals(new float[] {5, 5, 6, 6}, scales);
    }
}
