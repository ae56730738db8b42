package dev.ingot.ingest;

import dev.ingot.checkpoint.Shape;
import dev.ingot.ingest.LoraPlace.Layer;
import dev.ingot.pipeline.plan.Arithmetic.Elementwise;
import dev.ingot.pipeline.plan.Arrangement.BlockDiagonal;
import dev.ingot.pipeline.plan.Arrangement.Tiled;
import dev.ingot.pipeline.plan.Arrangement.Transposed;
import dev.ingot.pipeline.plan.Entries.Base;
import dev.ingot.pipeline.plan.Entries.Tensor;
import dev.ingot.pipeline.plan.Matrix;
import dev.ingot.pipeline.plan.TensorRef;
import java.util.Optional;

/**
 * A and B of one module of a LoRA, known to fit its weight.
 *
 * @param weight as it is stored
 * @param turned whether the weight is stored as [in, out]: an embedding, or transformers' Conv1D
 * @param embedding whether the weight is an embedding
 * @param a [r, in], or its blocks one below the other
 * @param b [out, r], likewise
 * @param diagonal of KaSA, between A and B: [r]
 * @param magnitude of DoRA: one number for each output, or for each dimension of an embedding
 */
record LoraFactors(
        LoraPlace place,
        Shape weight,
        boolean turned,
        boolean embedding,
        TensorRef a,
        TensorRef b,
        DiagonalBlocks blocks,
        Optional<TensorRef> magnitude,
        Optional<TensorRef> diagonal,
        int rank,
        float scale) {

    /** Rows of the weight as a matrix. */
    int rows() {
        return Math.toIntExact(weight.dim(0));
    }

    /** Columns of the weight as a matrix: the kernel of a convolution is part of them. */
    int columns() {
        return Math.toIntExact(weight.elements() / weight.dim(0));
    }

    boolean isConvolution() {
        return weight.rank() > 2;
    }

    /** Whether {@link dev.ingot.pipeline.plan.Operation.AddLowRank} says all of it. */
    boolean isPlain() {
        boolean full = blocks.ofA() == 1 && blocks.ofB() == 1;
        return full && magnitude.isEmpty() && diagonal.isEmpty() && !isConvolution() && place.layer() == Layer.PLAIN;
    }

    /** Whether PEFT casts the delta to the weight's dtype before it adds it. */
    boolean isRounded() {
        return embedding && magnitude.isEmpty()
                || blocks.used()
                || diagonal.isPresent()
                || place.layer() != Layer.PLAIN;
    }

    Matrix base() {
        return new Base(rows(), columns());
    }

    /** The left factor of the delta as the weight is stored: [rows, r]. */
    Matrix left() {
        return turned ? new Transposed(matrixA()) : matrixB();
    }

    /** The right factor: [r, columns]. */
    Matrix right() {
        return turned ? new Transposed(matrixB()) : matrixA();
    }

    private Matrix matrixA() {
        int in = turned ? rows() : columns();
        int count = blocks.ofA();
        return count == 1 ? new Tensor(a, rank, in) : new BlockDiagonal(new Tensor(a, rank, in / count), count);
    }

    private Matrix matrixB() {
        int out = turned ? columns() : rows();
        int count = blocks.ofB();
        Matrix stored = new Tensor(b, out, rank / count);
        Matrix full = count == 1 ? stored : new BlockDiagonal(stored, count);
        return diagonal.isEmpty()
                ? full
                : new Elementwise(full, new Tiled(new Tensor(diagonal.get(), 1, rank), out, rank));
    }
}
