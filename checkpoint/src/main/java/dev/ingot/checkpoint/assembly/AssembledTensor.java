package dev.ingot.checkpoint.assembly;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.source.FileInfo;
import java.util.Comparator;
import java.util.List;

/**
 * A tensor of blocks.
 *
 * @param shape that readers see
 * @param grid that the blocks are cut in: {@code shape}, or a vector of as many elements
 * @param blocks which fill the grid and do not overlap, as whoever makes this has checked; those of a vector are kept in its order
 */
public record AssembledTensor(String name, DType dtype, Shape shape, Shape grid, List<Block> blocks) {
    public AssembledTensor {
        blocks = grid.rank() == 1
                ? blocks.stream()
                        .sorted(Comparator.comparingLong(
                                block -> block.offsets().getFirst()))
                        .toList()
                : List.copyOf(blocks);
        if (grid.elements() != shape.elements()) {
            throw new IllegalArgumentException(name + " of shape " + shape + " is cut in " + grid);
        }
        if (dtype.bits() % Byte.SIZE != 0) {
            throw new IllegalArgumentException(name + " is " + dtype + ", whose elements are no whole bytes");
        }
        long elements = blocks.stream().mapToLong(Block::elements).sum();
        if (elements != grid.elements()) {
            throw new IllegalArgumentException(
                    "the blocks of %s hold %d elements, not %d".formatted(name, elements, grid.elements()));
        }
        if (grid.rank() == 1) {
            requireAdjoining(name, blocks);
        }
    }

    private static void requireAdjoining(String name, List<Block> blocks) {
        long at = 0;
        for (Block block : blocks) {
            if (block.offsets().getFirst() != at) {
                throw new IllegalArgumentException("a block of %s begins at element %d, not at %d"
                        .formatted(name, block.offsets().getFirst(), at));
            }
            at += block.elements();
        }
    }

    /** Bytes of one element. */
    public int width() {
        return dtype.bits() / Byte.SIZE;
    }

    public long bytes() {
        return dtype.bytes(shape.elements());
    }

    /** Whether its bytes lie in one piece in this file. */
    public boolean liesIn(FileInfo file) {
        return blocks.size() == 1
                && blocks.getFirst().isContiguous()
                && blocks.getFirst().file().equals(file.name());
    }
}
