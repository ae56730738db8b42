package dev.ingot.dequant.gpu;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.ingot.checkpoint.DType;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Dequantizes on one device. Used by one thread at a time. */
interface DeviceScript {
    /** Memory of the device for arrays that outlive one call; the caller closes it. */
    NDManager memory();

    /**
     * Dequantizes whole blocks.
     *
     * @param packed direct, two elements a byte
     * @param absmax one scale per block
     * @param pairs float32 [256, 2] on this device
     * @param into takes the little-endian elements
     * @throws IOException when the device fails; {@code into} may hold anything then
     */
    void dequantize(ByteBuffer packed, float[] absmax, NDArray pairs, DType dtype, ByteBuffer into) throws IOException;
}
