package dev.ingot.checkpoint.torch;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.assembly.Block;
import java.util.List;

/**
 * A tensor as a pickle describes it, with its storage found.
 *
 * @param strides in elements, one for each dimension
 * @param file name of the file
 * @param position byte of the file at which its first element lies
 */
public record StridedTensor(DType dtype, Shape shape, List<Long> strides, String file, long position) {
    public StridedTensor {
        strides = List.copyOf(strides);
        if (strides.size() != shape.rank()) {
            throw new IllegalArgumentException("a tensor of shape " + shape + " has the strides " + strides);
        }
    }

    /** It as one block of a grid of its own shape, or of a larger one. */
    public Block block(List<Long> offsets) {
        return new Block(file, position, offsets, shape.dims(), strides);
    }

    /** It as one block of itself. */
    public Block block() {
        return block(shape.dims().stream().map(dim -> 0L).toList());
    }

    public boolean isContiguous() {
        return block().isContiguous();
    }
}
