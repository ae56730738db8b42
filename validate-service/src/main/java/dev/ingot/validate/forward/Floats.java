package dev.ingot.validate.forward;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.ingot.validate.weights.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Hands float32 memory to DJL without a copy. */
final class Floats {
    /** Bytes, as torch's own arrays have it. */
    static final int ALIGNMENT = 64;

    private Floats() {}

    /** A rows x columns array over the matrix's own memory; used up before the matrix's arena closes. */
    static NDArray matrix(NDManager manager, FloatMatrix matrix) {
        return array(manager, matrix.bytes(), new Shape(matrix.rows(), matrix.columns()));
    }

    /** The same memory as one dimension. */
    static NDArray vector(NDManager manager, FloatMatrix matrix) {
        return array(manager, matrix.bytes(), new Shape(matrix.rows() * matrix.columns()));
    }

    /** An array over native memory of at most 2 GiB, which stays until the array is closed. */
    static NDArray array(NDManager manager, MemorySegment memory, Shape shape) {
        return array(manager, memory.asByteBuffer().order(ByteOrder.nativeOrder()), shape);
    }

    private static NDArray array(NDManager manager, ByteBuffer bytes, Shape shape) {
        return manager.create(bytes, shape, DataType.FLOAT32);
    }
}
