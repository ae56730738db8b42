package dev.ingot.arithmetic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingot.checkpoint.DType;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class DynamicMapTest {
    @Test
    void theMapIsTheOneThatBitsandbytesBuildsWithTorch() throws Exception {
        byte[] bytes = GoldenTensor.bytes(DType.F32, DynamicMap.table());
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
        assertEquals(
                "e732639a65f497b4ad684bb166a4467708255edd5207757de8b8f0c7e1fda89c",
                HexFormat.of().formatHex(digest));
        assertEquals(0f, DynamicMap.value((byte) 127));
        assertEquals(1f, DynamicMap.value((byte) 255));
    }

    @Test
    void aMidpointGoesToTheEvenCodeAndItsNeighboursToTheNearest() {
        float[] map = DynamicMap.table();
        for (int low = 0; low < 255; low++) {
            float middle = (map[low] + map[low + 1]) * 0.5f;
            assertEquals(low % 2 == 0 ? low : low + 1, nearest(middle), "midpoint above " + low);
            assertEquals(low, nearest(Math.nextDown(middle)), "below it");
            assertEquals(low + 1, nearest(Math.nextUp(middle)), "above it");
        }
    }

    @Test
    void everyValueIsItsOwnCodeAndBothZerosAre127() {
        for (int code = 0; code < 256; code++) {
            assertEquals(code, nearest(DynamicMap.value((byte) code)));
        }
        assertEquals(127, nearest(-0f));
        assertEquals(0, nearest(-1f));
        assertEquals(255, nearest(1.5f));
    }

    private static int nearest(float relative) {
        return Byte.toUnsignedInt(DynamicMap.nearest(relative));
    }
}
