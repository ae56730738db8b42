package dev.ingot.validate.weights;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import java.io.IOException;
import java.util.Optional;

/** Gives tensors by name, a stretch at a time, as float32. Safe for several threads. */
public interface WeightSource {
    /** Shape of the tensor once it is dequantized, or empty when there is none of that name. */
    Optional<Shape> shape(String tensor);

    /** The dtype whose values {@link #floats} widens; IllegalArgumentException when there is no such tensor. */
    DType dtype(String tensor);

    /** Says where the values come from: two sources that give the same origin for a tensor give the same values. */
    String origin(String tensor);

    /** Whether formulas make the values as they are read, so that one thread at a time should ask for them. */
    default boolean isRecomputed(String tensor) {
        return false;
    }

    /** Elements {@code [first, first + count)} of the flattened tensor into {@code into[0..count)}. */
    void floats(String tensor, long first, float[] into, int count) throws IOException;
}
