package dev.ingot.checkpoint.quantized;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.bitsandbytes.QuantState;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.quantized.QuantizedParameter.NestedScales;
import java.util.Optional;

/**
 * Checks the scales of one 4-bit tensor against its quant_state.
 *
 * @param packedIsExact whether the packed bytes bear the shape out
 */
record FourBitScales(String name, QuantState state, Shape shape, boolean packedIsExact) {
    private static final int SMALLEST_BLOCK = 32;

    /**
     * Whether plain scales were saved transposed, in bfloat16, as bitsandbytes leaves them behind after inference on a CPU: [columns / blocksize,
     * rows]. RefusedInput {@code quantization.absmax} when they are neither that nor what they should be: F32, one-dimensional, enough.
     */
    boolean areTransposed(LocatedTensor absmax) {
        if (absmax.dtype() == DType.BF16 && absmax.shape().equals(turned())) {
            return true;
        }
        requireOfBlocks(absmax, DType.F32);
        return false;
    }

    /** A shape that no scales have where the blocks of the weight do not end with its rows. */
    private Shape turned() {
        boolean rowsHoldWholeBlocks = shape.rank() == 2 && shape.dim(1) % state.blocksize() == 0;
        return rowsHoldWholeBlocks ? Shape.of(shape.dim(1) / state.blocksize(), shape.dim(0)) : Shape.of();
    }

    /** The nested part of double-quantized scales; RefusedInput {@code quantization.absmax} or {@code quantization.state}. */
    Optional<NestedScales> nested(LocatedTensor absmax, Optional<LocatedTensor> scales, Optional<LocatedTensor> map) {
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
        requireOfBlocks(absmax, DType.U8);
        long outer = Math.ceilDiv(blocks(), (long) state.nested().get().blocksize());
        requireCount(scales.get(), DType.F32, outer, outer + outer % 2);
        CodeMaps.requireMap(name, map.get(), CodeMaps.NESTED_CODES);
        return Optional.of(new NestedScales(scales.get(), map.get()));
    }

    /**
     * Some kernels make the number of scales even. More than that is taken for padding only where the packed bytes bear the shape out, and where no
     * smaller blocksize explains it.
     */
    private void requireOfBlocks(LocatedTensor absmax, DType dtype) {
        long count = blocks();
        boolean padded = packedIsExact && !isOfSmallerBlocks(absmax.shape().elements());
        requireCount(absmax, dtype, count, padded ? 2 * count - 1 : count + count % 2);
    }

    private boolean isOfSmallerBlocks(long scales) {
        for (int blocksize = state.blocksize() / 2; blocksize >= SMALLEST_BLOCK; blocksize /= 2) {
            if (scales == Math.ceilDiv(shape.elements(), (long) blocksize)) {
                return true;
            }
        }
        return false;
    }

    private void requireCount(LocatedTensor absmax, DType dtype, long count, long most) {
        if (absmax.dtype() != dtype
                || absmax.shape().rank() != 1
                || absmax.shape().elements() < count
                || absmax.shape().elements() > Math.max(most, count + count % 2)) {
            throw Refusals.damaged(
                    "absmax",
                    name,
                    "needs %d scales in %s, one-dimensional, but %s is %s of shape %s"
                            .formatted(count, dtype, absmax.name(), absmax.dtype(), absmax.shape()));
        }
    }

    private long blocks() {
        return Math.ceilDiv(shape.elements(), (long) state.blocksize());
    }
}
