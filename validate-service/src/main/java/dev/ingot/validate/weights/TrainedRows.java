package dev.ingot.validate.weights;

import dev.ingot.checkpoint.DType;
import java.io.IOException;

/** What training made of one tensor of the base, where that is more than a low-rank product beside it. */
public interface TrainedRows {
    /** Elements of a row, as the formula sees the tensor. */
    int columns();

    /**
     * Turns rows {@code [first, first + count)} of the base's values into the trained ones, in place.
     *
     * @param dtype to which PEFT rounds in between when it merges into it; F32 for the unmerged model, which rounds nothing
     */
    void train(long first, int count, float[] values, DType dtype) throws IOException;
}
