package dev.ingot.pipeline.plan;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import java.util.Optional;

/** Where an output tensor's value comes from before any operation, and which dtype its source records. */
public sealed interface Value {
    /** The dtype in which tiles of it are given. */
    DType dtype();

    Shape shape();

    /** Whether dequant has work with it. */
    default boolean isQuantized() {
        return !(this instanceof Stored);
    }

    /** A plain tensor, rounded (nearest even) to {@code dtype} where its file holds a wider one. */
    record Stored(TensorRef tensor, DType dtype) implements Value {
        @Override
        public Shape shape() {
            return tensor.shape();
        }
    }

    /**
     * bitsandbytes 4 bit: element e is {@code code[nibble e] * absmax[e / blocksize]} in float32, rounded once to {@code dtype}. Read by raw
     * bytes, whatever dtype the file gives the packed tensor.
     *
     * @param quantType {@code nf4} or {@code fp4}
     * @param absmax F32, or U8 when {@code nested} is present
     * @param dtype that quant_state records
     */
    record Packed4Bit(
            TensorRef packed,
            String quantType,
            int blocksize,
            TensorRef absmax,
            Optional<NestedAbsmax> nested,
            DType dtype,
            Shape shape)
            implements Value {}

    /**
     * Double quantization: {@code absmax[i] = round(round(map[u8[i]] * absmax2[i / blocksize]) + offset)}, both roundings in
     * {@code dtype} (float32 as a rule), never fused.
     */
    record NestedAbsmax(TensorRef map, TensorRef absmax, int blocksize, DType dtype, float offset) {}
}
