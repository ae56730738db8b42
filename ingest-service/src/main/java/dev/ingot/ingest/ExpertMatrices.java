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
        int row = part.expert() * experts.rows() + part.firstRow();
        return new Product(new Slice(left(), row, part.rows(), 0, rank), rightOf(part.expert()));
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

    /** [rank, columns] of one expert; of the file only its own rows are read where they lie together. */
    private Matrix rightOf(int expert) {
        if (layout == ParameterLayout.TURNED) {
            return new Slice(right(), expert * rank, rank, 0, experts.columns());
        }
        Shape shape = Shape.of(rank, experts.columns());
        long length = a.dtype().bytes(shape.elements());
        TensorRef rows = new TensorRef(a.file(), a.name(), a.dtype(), shape, a.offset() + expert * length, length);
        return new Tensor(rows, rank, experts.columns());
    }

    /** B [height, rank * experts] as [experts * height, rank]. */
    private Matrix expertByExpert(int height) {
        int count = experts.experts();
        Matrix columns = new Transposed(new Tensor(b, height, rank * count));
        return new Transposed(new Reshaped(columns, rank, count * height));
    }
}
