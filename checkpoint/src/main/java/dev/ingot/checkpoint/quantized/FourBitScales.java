package dev.ingot.checkpoint.quantized;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.bitsandbytes.QuantState;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.quantized.QuantizedParameter.NestedScales;
import java.util.Optional;

/** Checks the scales of 4-bit tensors against their quant_state. */
final class FourBitScales {
    private FourBitScales() {}

    /**
     * Whether plain scales were saved transposed, in bfloat16, as bitsandbytes leaves them behind after inference on a CPU: [columns / blocksize,
     * rows]. RefusedInput {@code quantization.absmax} when they are neither that nor what they should be: F32, one-dimensional, enough.
     */
    static boolean areTransposed(String name, QuantState state, Shape shape, LocatedTensor absmax) {
        if (absmax.dtype() == DType.BF16 && absmax.shape().equals(turned(state, shape))) {
            return true;
        }
        require(name, absmax, DType.F32, blocks(shape.elements(), state.blocksize()));
        return false;
    }

    /** A shape that no scales have where the blocks of the weight do not end with its rows. */
    private static Shape turned(QuantState state, Shape shape) {
        boolean rowsHoldWholeBlocks = shape.rank() == 2 && shape.dim(1) % state.blocksize() == 0;
        return rowsHoldWholeBlocks ? Shape.of(shape.dim(1) / state.blocksize(), shape.dim(0)) : Shape.of();
    }

    /** The nested part of double-quantized scales; RefusedInput {@code quantization.absmax} or {@code quantization.state}. */
    static Optional<NestedScales> nested(
            String name,
            QuantState state,
            Shape shape,
            LocatedTensor absmax,
            Optional<LocatedTensor> scales,
            Optional<LocatedTensor> map) {
        if (state.nested().isEmpty()) {
            if (scales.isPresent() || map.isPresent()) {
                throw Refusals.damaged(
                        "state",
                        name,
                        "has scales of scales, but its quant_state says nothing of a double quantization");
            }
            return Optional.empty();
        }
        if (scales.isEmpty() || map.isEmpty()) {
            throw Refusals.damaged(
                    "companion", name, "is double-quantized, but has no nested_absmax or no nested_quant_map");
        }
        long blocks = blocks(shape.elements(), state.blocksize());
        require(name, absmax, DType.U8, blocks);
        require(
                name,
                scales.get(),
                DType.F32,
                blocks(blocks, state.nested().get().blocksize()));
        CodeMaps.requireMap(name, map.get(), CodeMaps.NESTED_CODES);
        return Optional.of(new NestedScales(scales.get(), map.get()));
    }

    /** Some kernels make the number of scales even. */
    private static void require(String name, LocatedTensor absmax, DType dtype, long count) {
        if (absmax.dtype() != dtype
                || absmax.shape().rank() != 1
                || absmax.shape().elements() < count
                || absmax.shape().elements() > count + count % 2) {
            throw Refusals.damaged(
                    "absmax",
                    name,
                    "needs %d scales in %s, one-dimensional, but %s is %s of shape %s"
                            .formatted(count, dtype, absmax.name(), absmax.dtype(), absmax.shape()));
        }
    }

    private static long blocks(long elements, int blocksize) {
        return Math.ceilDiv(elements, (long) blocksize);
    }
}
