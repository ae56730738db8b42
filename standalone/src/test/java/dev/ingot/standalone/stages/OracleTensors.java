package dev.ingot.standalone.stages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.arithmetic.Ulp;
import dev.ingot.checkpoint.DType;
import dev.ingot.standalone.stages.StagedMerge.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Holds merged tensors against an oracle's: float32 within 1e-5, 16 bits within one unit in the last place and equal in all but one of a thousand. */
final class OracleTensors {
    private static final double FLOAT32 = 1e-5;

    private OracleTensors() {}

    static void requireClose(String name, Tensor expected, Tensor found) {
        assertTrue(found != null, name + " is missing");
        DType dtype = expected.entry().dtype();
        assertEquals(dtype, found.entry().dtype(), name);
        assertEquals(expected.entry().shape(), found.entry().shape(), name);
        ByteBuffer wanted = expected.bytes().order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer given = found.bytes().order(ByteOrder.LITTLE_ENDIAN);
        if (dtype == DType.F32) {
            while (wanted.hasRemaining()) {
                assertEquals(wanted.getFloat(), given.getFloat(), FLOAT32, name);
            }
            return;
        }
        long count = expected.entry().shape().elements();
        long different = 0;
        for (long i = 0; i < count; i++) {
            long distance =
                    Ulp.between(dtype, Short.toUnsignedInt(wanted.getShort()), Short.toUnsignedInt(given.getShort()));
            assertTrue(distance <= 1, name + " at " + i + ": " + distance + " ulp");
            different += distance;
        }
        assertTrue(different <= Math.max(1, count / 1000), name + ": " + different + " of " + count + " differ");
    }
}
