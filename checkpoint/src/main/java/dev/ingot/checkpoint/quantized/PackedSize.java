package dev.ingot.checkpoint.quantized;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.model.LocatedTensor;
import java.util.Optional;
import java.util.Set;

/**
 * What the size of a packed tensor says. Its dtype is only how its bytes were viewed, but a tensor that was <i>cast</i> to another dtype has lost
 * them, which shows in a size that is a multiple of what is needed.
 */
final class PackedSize {
    /** What {@code bnb_4bit_quant_storage} may say. */
    private static final Set<DType> STORAGE = Set.of(DType.U8, DType.I8, DType.F16, DType.BF16, DType.F32, DType.F64);

    private PackedSize() {}

    /**
     * RefusedInput {@code quantization.packed-size} or {@code quantization.packed-cast}. Some kernels fill the last block up. What is longer than that
     * belongs to another shape or blocksize than the quant_state says, unless the number of scales bears the quant_state out.
     *
     * @param scales that are there
     */
    static void require(LocatedTensor packed, Shape shape, int blocksize, long scales) {
        long elements = shape.elements();
        long needed = Math.ceilDiv(elements, 2L);
        long length = packed.entry().length();
        if (!STORAGE.contains(packed.dtype()) || elements == 0 || length < needed) {
            throw Refusals.damaged(
                    "packed-size",
                    packed.name(),
                    "of shape %s needs %d packed bytes; found %d, as %s"
                            .formatted(shape, needed, length, packed.dtype()));
        }
        long padded = Math.ceilDiv(elements, (long) blocksize) * Math.ceilDiv(blocksize, 2);
        boolean isByte = packed.dtype() == DType.U8 || packed.dtype() == DType.I8;
        if (!isByte && length > padded && length % needed == 0 && Long.bitCount(length / needed) == 1) {
            throw Refusals.damaged(
                    "packed-cast",
                    packed.name(),
                    ("has %d bytes as %s where %d packed bytes belong: its bytes were cast as if they were numbers, "
                                    + "and the 4-bit codes are lost")
                            .formatted(length, packed.dtype(), needed));
        }
        int itemBytes = Math.max(1, packed.dtype().bits() / Byte.SIZE);
        long longest = Math.ceilDiv(padded, (long) itemBytes) * itemBytes;
        boolean shapeIsBorneOut = scales == Math.ceilDiv(elements, (long) blocksize) && length < 2 * needed;
        if (length > longest && !shapeIsBorneOut) {
            throw Refusals.damaged(
                    "packed-size",
                    packed.name(),
                    "of shape %s in blocks of %d takes %d packed bytes, or %d with its last block filled up; found %d"
                            .formatted(shape, blocksize, needed, longest, length));
        }
    }

    /** Whether the packed bytes are as many as the shape needs, to the byte: then it is the shape that they were packed from. */
    static boolean isExact(LocatedTensor packed, Shape shape) {
        int itemBytes = Math.max(1, packed.dtype().bits() / Byte.SIZE);
        return packed.entry().length()
                == Math.ceilDiv(Math.ceilDiv(shape.elements(), 2L), (long) itemBytes) * itemBytes;
    }

    /**
     * The shape of a weight that its quant_state does not record, from its bias: [rows, n / rows], where n is the number of packed elements and fits the
     * number of scales. Empty where that is not certain.
     */
    static Optional<Shape> shapeFromBias(
            LocatedTensor packed, Optional<LocatedTensor> bias, long scales, int blocksize) {
        long nibbles = packed.entry().length() * 2;
        if (bias.isEmpty()
                || bias.get().shape().rank() != 1
                || bias.get().shape().dim(0) < 2) {
            return Optional.empty();
        }
        long rows = bias.get().shape().dim(0);
        long elements = nibbles % rows == 0 ? nibbles : nibbles - 1;
        boolean certain = elements > 0 && elements % rows == 0 && Math.ceilDiv(elements, (long) blocksize) == scales;
        return certain ? Optional.of(Shape.of(rows, elements / rows)) : Optional.empty();
    }
}
