package dev.ingot.ingest;

import dev.ingot.ingest.LoraPlace.Layer;
import dev.ingot.pipeline.plan.Arithmetic.Elementwise;
import dev.ingot.pipeline.plan.Arithmetic.Product;
import dev.ingot.pipeline.plan.Arithmetic.Quotient;
import dev.ingot.pipeline.plan.Arithmetic.Rounded;
import dev.ingot.pipeline.plan.Arithmetic.Scaled;
import dev.ingot.pipeline.plan.Arithmetic.Sum;
import dev.ingot.pipeline.plan.Arrangement.Slice;
import dev.ingot.pipeline.plan.Arrangement.Tiled;
import dev.ingot.pipeline.plan.Arrangement.Transposed;
import dev.ingot.pipeline.plan.Entries.Original;
import dev.ingot.pipeline.plan.Entries.Tensor;
import dev.ingot.pipeline.plan.LinearAlgebra.ColumnNorms;
import dev.ingot.pipeline.plan.LinearAlgebra.HouseholderQ;
import dev.ingot.pipeline.plan.LinearAlgebra.LeadingPart;
import dev.ingot.pipeline.plan.LinearAlgebra.RowNorms;
import dev.ingot.pipeline.plan.Matrix;
import dev.ingot.pipeline.plan.Operation;
import dev.ingot.pipeline.plan.Operation.AddLowRank;
import dev.ingot.pipeline.plan.Operation.Become;
import dev.ingot.pipeline.plan.Operation.Factor;
import dev.ingot.pipeline.plan.TensorRef;
import java.util.ArrayList;
import java.util.List;

/** What the pair of a LoRA makes of a weight. Sources are PEFT's layers and variants of version 0.21. */
final class LoraFormulas {
    private LoraFormulas() {}

    /** Operations on the weight, in order. */
    static List<Operation> of(LoraFactors factors, Residual residual) {
        List<Operation> operations = new ArrayList<>();
        switch (residual) {
            case NONE -> {}
            case PISSA -> operations.add(new Become(withoutLeadingPart(factors)));
            case KASA -> operations.add(new Become(withoutTrailingPart(factors)));
            case OLORA -> operations.add(new Become(withoutFirstDirections(factors)));
        }
        operations.add(factors.isPlain() ? sum(factors) : new Become(formula(factors, residual)));
        return operations;
    }

    /** {@code W += s B A}. */
    private static AddLowRank sum(LoraFactors factors) {
        boolean turned = factors.turned();
        Factor a = new Factor(factors.a(), turned);
        Factor b = new Factor(factors.b(), turned);
        return new AddLowRank(turned ? a : b, turned ? b : a, factors.rank(), factors.scale(), factors.isRounded());
    }

    private static Matrix formula(LoraFactors factors, Residual residual) {
        Matrix delta = new Scaled(new Product(factors.left(), factors.right()), factors.scale());
        Matrix merged = new Sum(factors.base(), factors.isRounded() ? new Rounded(delta) : delta);
        if (factors.place().layer() == Layer.ATTENTION_OUTPUT) {
            // In training as in merging PEFT adds the delta of an attention's output twice: cast, and then not.
            merged = new Sum(new Rounded(merged), delta);
        }
        return factors.magnitude().isEmpty()
                ? merged
                : normed(
                        factors,
                        merged,
                        trained(factors, delta, residual),
                        factors.magnitude().get());
    }

    /** Whose norms DoRA takes: as PEFT has it since 0.21, the base with this adapter alone, whatever was merged before. */
    private static Matrix trained(LoraFactors factors, Matrix delta, Residual residual) {
        Matrix before = residual == Residual.NONE ? new Original(factors.rows(), factors.columns()) : factors.base();
        return new Sum(before, factors.isRounded() ? new Rounded(delta) : delta);
    }

    /** {@code m / |D| . D}: DoRA, norms of the rows of [out, in], or of an embedding's dimensions. */
    private static Matrix normed(LoraFactors factors, Matrix merged, Matrix trained, TensorRef magnitude) {
        Matrix norms = factors.turned() ? new ColumnNorms(trained) : new RowNorms(trained);
        Matrix factor = new Quotient(new Tensor(magnitude, norms.rows(), norms.columns()), norms);
        return new Elementwise(new Tiled(factor, factors.rows(), factors.columns()), merged);
    }

    /** PiSSA trains the leading singular part and leaves the rest as base. */
    private static Matrix withoutLeadingPart(LoraFactors factors) {
        Matrix leading = new LeadingPart(factors.base(), factors.rank());
        return new Rounded(new Sum(factors.base(), new Scaled(leading, -1)));
    }

    /** KaSA drops the trailing singular part, of the rank of its factors. */
    private static Matrix withoutTrailingPart(LoraFactors factors) {
        int all = Math.min(factors.rows(), factors.columns());
        return new Rounded(new LeadingPart(factors.base(), all - factors.rank()));
    }

    /** OLoRA trains the first directions of a QR decomposition: {@code W - s Q_r (Q_rᵀ W)} is left. */
    private static Matrix withoutFirstDirections(LoraFactors factors) {
        Matrix q = new HouseholderQ(new Slice(factors.base(), 0, factors.rows(), 0, factors.rank()));
        Matrix along = new Product(q, new Product(new Transposed(q), factors.base()));
        return new Rounded(new Sum(factors.base(), new Scaled(along, -factors.scale())));
    }
}
