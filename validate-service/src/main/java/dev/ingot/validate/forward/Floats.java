package dev.ingot.validate.forward;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.ingot.validate.weights.FloatMatrix;

/** Hands float32 memory to DJL without a copy. */
final class Floats {
    private Floats() {}

    /** A rows x columns array over the matrix's own memory; used up before the matrix's arena closes. */
    static NDArray matrix(NDManager manager, FloatMatrix matrix) {
        return manager.create(matrix.bytes(), new Shape(matrix.rows(), matrix.columns()), DataType.FLOAT32);
    }

    /** The same memory as one dimension. */
    static NDArray vector(NDManager manager, FloatMatrix matrix) {
        return manager.create(matrix.bytes(), new Shape(matrix.rows() * matrix.columns()), DataType.FLOAT32);
    }
}
