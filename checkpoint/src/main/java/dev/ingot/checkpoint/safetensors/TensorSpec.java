package dev.ingot.checkpoint.safetensors;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;

/** A tensor that is going to be written. */
public record TensorSpec(String name, DType dtype, Shape shape) {
    public long bytes() {
        return dtype.bytes(shape.elements());
    }
}
