package dev.ingot.dequant;

import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.plan.TensorRef;
import dev.ingot.pipeline.tile.PlanInputs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Stretches of the plan's tensors, read into arrays. Safe for several threads. */
record SourceBytes(PlanInputs inputs) {
    /** Fills {@code into[0..count)} with the bytes of a tensor from {@code from} on. */
    void read(TensorRef tensor, long from, byte[] into, int count) throws IOException {
        inputs.read(tensor, from, ByteBuffer.wrap(into, 0, count));
    }

    /** Elements {@code [first, first + count)} of an F32, BF16 or F16 tensor. */
    float[] floats(TensorRef tensor, long first, int count) throws IOException {
        int width = tensor.dtype().bits() / Byte.SIZE;
        ByteBuffer bytes = ByteBuffer.allocate(count * width).order(ByteOrder.LITTLE_ENDIAN);
        inputs.read(tensor, first * width, bytes);
        bytes.flip();
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            int bits = width == Float.BYTES ? bytes.getInt() : bytes.getShort();
            values[i] = Rounding.fromBits(tensor.dtype(), bits);
        }
        return values;
    }

    /** The same; RefusedInput {@code base.non-finite} where one is no finite number. */
    float[] finite(TensorRef tensor, long first, int count) throws IOException {
        float[] values = floats(tensor, first, count);
        for (int i = 0; i < count; i++) {
            if (!Float.isFinite(values[i])) {
                throw nonFinite("Element " + (first + i), tensor, values[i]);
            }
        }
        return values;
    }

    /** Says which number of which tensor is not finite. */
    RefusedInput nonFinite(String what, TensorRef tensor, float found) {
        return new RefusedInput(
                "base.non-finite",
                "%s of %s in %s is %s; expected a finite number."
                        .formatted(
                                what, tensor.name(), inputs.input(tensor.file()).name(), found),
                "download the base again, or quantize it again");
    }
}
