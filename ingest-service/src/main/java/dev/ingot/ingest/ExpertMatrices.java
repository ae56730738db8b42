package dev.ingot.ingest;

import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.ParameterLayout;
import dev.ingot.checkpoint.model.FusedExperts;
import dev.ingot.checkpoint.model.FusedExperts.Part;
import dev.ingot.pipeline.plan.Arithmetic.BatchedProduct;
import dev.ingot.pipeline.plan.Arithmetic.Product;
import dev.ingot.pipeline.plan.Arithmetic.Rounded;
import dev.ingot.pipeline.plan.Arithmetic.Scaled;
import dev.ingot.pipeline.plan.Arithmetic.Sum;
import dev.ingot.pipeline.plan.Arrangement.BlockTransposed;
import dev.ingot.pipeline.plan.Arrangement.Reshaped;
import dev.ingot.pipeline.plan.Arrangement.Slice;
import dev.ingot.pipeline.plan.Arrangement.Transposed;
import dev.ingot.pipeline.plan.Entries.Base;
import dev.ingot.pipeline.plan.Entries.Tensor;
import dev.ingot.pipeline.plan.Matrix;
import dev.ingot.pipeline.plan.TensorRef;

/**
 * What a pair of {@code target_parameters} makes of the tensors that its parameter stands in: {@code W + s B A} for each expert, the product rounded
 * first, as PEFT's ParamWrapper does it. A holds the ranks expert by expert; in B's columns the experts run fastest.
 *
 * @param a [experts * rank, .]
 * @param b [., rank * experts]
 */
record ExpertMatrices(FusedExperts experts, ParameterLayout layout, TensorRef a, TensorRef b, int rank, float scale) {

    /** The new value of one of the tensors. */
    Matrix formula(Part part) {
        Matrix delta = new Scaled(part.whole() ? ofAll() : ofOne(part), scale);
        return new Sum(new Base(delta.rows(), delta.columns()), new Rounded(delta));
    }

    private Matrix ofAll() {
        return new BatchedProduct(left(), right(), experts.experts());
    }

    private Matrix ofOne(Part part) {
        return switch (layout) {
            case STRAIGHT -> new Product(columnsOf(part), rowsOf(part.expert()));
            case TURNED -> {
                int row = part.expert() * experts.rows() + part.firstRow();
                Matrix left = new Slice(left(), row, part.rows(), 0, rank);
                yield new Product(left, new Slice(right(), part.expert() * rank, rank, 0, experts.columns()));
            }
        };
    }

    /** B's rows of a part, of which only the columns of its expert are kept: [rows, rank]. */
    private Matrix columnsOf(Part part) {
        Shape shape = Shape.of(part.rows(), (long) rank * experts.experts());
        Matrix stored = new Tensor(view(b, part.firstRow(), shape), part.rows() * rank, experts.experts());
        return new Reshaped(new Slice(stored, 0, stored.rows(), part.expert(), 1), part.rows(), rank);
    }

    /** A's rows of an expert: [rank, columns]. */
    private Matrix rowsOf(int expert) {
        Shape shape = Shape.of(rank, experts.columns());
        return new Tensor(view(a, expert * rank, shape), rank, experts.columns());
    }

    /** Rows of a tensor from {@code firstRow} on, so that no more of the file is read. */
    private static TensorRef view(TensorRef tensor, int firstRow, Shape shape) {
        long skipped = tensor.dtype().bytes(firstRow * shape.columns());
        long length = tensor.dtype().bytes(shape.elements());
        return new TensorRef(tensor.file(), tensor.name(), tensor.dtype(), shape, tensor.offset() + skipped, length);
    }

    /** [experts * rows, rank] */
    private Matrix left() {
        return switch (layout) {
            case STRAIGHT -> expertByExpert(experts.rows());
            case TURNED -> new BlockTransposed(new Tensor(a, experts.experts() * rank, experts.rows()), rank);
        };
    }

    /** [experts * rank, columns] */
    private Matrix right() {
        return switch (layout) {
            case STRAIGHT -> new Tensor(a, experts.experts() * rank, experts.columns());
            case TURNED -> new BlockTransposed(expertByExpert(experts.columns()), experts.columns());
        };
    }

    /** B [height, rank * experts] as [experts * height, rank]. */
    private Matrix expertByExpert(int height) {
        int count = experts.experts();
        Matrix columns = new Transposed(new Tensor(b, height, rank * count));
        return new Transposed(new Reshaped(columns, rank, count * height));
    }
}
