package dev.ingot.checkpoint.assembly;

import java.util.List;

/**
 * A box of a tensor and where its elements lie.
 *
 * @param file name of the file in its set
 * @param position byte of that file at which the box's first element lies
 * @param offsets of the box in the tensor, in elements, one for each dimension
 * @param sizes of the box, in elements
 * @param strides in elements: how far the next element of each dimension lies in the file
 */
public record Block(String file, long position, List<Long> offsets, List<Long> sizes, List<Long> strides) {
    public Block {
        offsets = List.copyOf(offsets);
        sizes = List.copyOf(sizes);
        strides = List.copyOf(strides);
        if (offsets.size() != sizes.size() || sizes.size() != strides.size()) {
            throw new IllegalArgumentException(
                    "a box of %s at %s has the strides %s".formatted(sizes, offsets, strides));
        }
    }

    /** A row-major stretch of a vector. */
    public static Block stretch(String file, long position, long offset, long elements) {
        return new Block(file, position, List.of(offset), List.of(elements), List.of(1L));
    }

    /** Whether its elements lie in row-major order without gaps. */
    public boolean isContiguous() {
        if (elements() == 0) {
            return true;
        }
        long expected = 1;
        for (int i = sizes.size() - 1; i >= 0; i--) {
            if (sizes.get(i) != 1 && strides.get(i) != expected) {
                return false;
            }
            expected *= sizes.get(i);
        }
        return true;
    }

    long elements() {
        long product = 1;
        for (long size : sizes) {
            product *= size;
        }
        return product;
    }

    /** Elements from the first to the last one in the file, both included. */
    long span() {
        long span = 1;
        for (int i = 0; i < sizes.size(); i++) {
            span = Math.addExact(span, Math.multiplyExact(sizes.get(i) - 1, (long) strides.get(i)));
        }
        return span;
    }

    boolean holds(long[] coordinate) {
        for (int i = 0; i < coordinate.length; i++) {
            long inside = coordinate[i] - offsets.get(i);
            if (inside < 0 || inside >= sizes.get(i)) {
                return false;
            }
        }
        return true;
    }

    /** Elements from the block's first to the one at a coordinate of the tensor. */
    long distance(long[] coordinate) {
        long distance = 0;
        for (int i = 0; i < coordinate.length; i++) {
            distance += (coordinate[i] - offsets.get(i)) * strides.get(i);
        }
        return distance;
    }
}
