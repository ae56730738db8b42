package dev.ingot.checkpoint;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/** Dimensions of a tensor, outermost first; an empty list is a scalar. Negative sizes and products beyond 2^63 are refused. */
public record Shape(List<Long> dims) {
    public Shape {
        dims = List.copyOf(dims);
        long product = 1;
        for (long dim : dims) {
            if (dim < 0) {
                throw new ArithmeticException("negative dimension in " + dims);
            }
            product = Math.multiplyExact(product, Math.max(dim, 1));
        }
    }

    public static Shape of(long... dims) {
        return new Shape(Arrays.stream(dims).boxed().toList());
    }

    public int rank() {
        return dims.size();
    }

    public long dim(int index) {
        return dims.get(index);
    }

    /** Number of elements: 1 for a scalar, 0 when any dimension is 0. */
    public long elements() {
        long product = 1;
        for (long dim : dims) {
            product *= dim;
        }
        return product;
    }

    /** Length of one row: the last dimension, 1 for a scalar. */
    public long columns() {
        return dims.isEmpty() ? 1 : dims.getLast();
    }

    /** With the last two dimensions exchanged; IllegalArgumentException below rank 2. */
    public Shape transposed() {
        if (rank() < 2) {
            throw new IllegalArgumentException(this + " has no two dimensions to exchange");
        }
        List<Long> exchanged = new ArrayList<>(dims);
        Collections.swap(exchanged, rank() - 2, rank() - 1);
        return new Shape(exchanged);
    }

    @Override
    public String toString() {
        return dims.stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
    }
}
