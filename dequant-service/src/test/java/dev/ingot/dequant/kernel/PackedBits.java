package dev.ingot.dequant.kernel;

import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Values as the little-endian bytes of a dtype, one by one. */
final class PackedBits {
    private PackedBits() {}

    static byte[] of(DType dtype, float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate((int) dtype.bytes(values.length)).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            int bits = Rounding.bits(dtype, value);
            if (dtype == DType.F32) {
                bytes.putInt(bits);
            } else {
                bytes.putShort((short) bits);
            }
        }
        return bytes.array();
    }
}
