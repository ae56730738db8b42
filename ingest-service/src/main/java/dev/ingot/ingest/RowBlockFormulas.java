package dev.ingot.ingest;

import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.adapter.AdapterKey.Role;
import dev.ingot.ingest.Adapter.AdapterTensor;
import dev.ingot.pipeline.plan.Arithmetic.Elementwise;
import dev.ingot.pipeline.plan.Arithmetic.Product;
import dev.ingot.pipeline.plan.Arithmetic.Quotient;
import dev.ingot.pipeline.plan.Arithmetic.Scaled;
import dev.ingot.pipeline.plan.Arithmetic.Sum;
import dev.ingot.pipeline.plan.Arrangement.Slice;
import dev.ingot.pipeline.plan.Arrangement.Stacked;
import dev.ingot.pipeline.plan.Arrangement.Tiled;
import dev.ingot.pipeline.plan.Entries.Base;
import dev.ingot.pipeline.plan.Entries.Original;
import dev.ingot.pipeline.plan.Entries.Tensor;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.LinearAlgebra.RowNorms;
import dev.ingot.pipeline.plan.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What becomes of the rows of a parameter of the base, each stretch of which is of another trained parameter, or of none. */
record RowBlockFormulas(AdapterConfig config, Inputs inputs) {

    /**
     * A stretch of rows.
     *
     * @param first in the base's parameter
     * @param own the trained parameter's row that is the first
     */
    record Rows(int first, int count, int own) {}

    /**
     * The parameter's new value.
     *
     * @param all rows of it; a bias is a matrix of one column
     * @param blocks what was trained, by its rows in ascending order
     */
    Matrix of(int all, int columns, Map<Rows, Map<Role, AdapterTensor>> blocks) {
        Matrix base = new Base(all, columns);
        List<Matrix> parts = new ArrayList<>();
        int next = 0;
        for (Map.Entry<Rows, Map<Role, AdapterTensor>> block : blocks.entrySet()) {
            Rows rows = block.getKey();
            if (rows.first() > next) {
                parts.add(new Slice(base, next, rows.first() - next, 0, columns));
            }
            parts.add(trained(base, rows, block.getValue()));
            next = rows.first() + rows.count();
        }
        if (next < all) {
            parts.add(new Slice(base, next, all - next, 0, columns));
        }
        return parts.size() == 1 ? parts.getFirst() : new Stacked(parts);
    }

    private Matrix trained(Matrix base, Rows rows, Map<Role, AdapterTensor> roles) {
        int columns = base.columns();
        Matrix before = rowsOf(base, rows.first(), rows.count());
        if (roles.containsKey(Role.WHOLE)) {
            return own(roles.get(Role.WHOLE), rows, columns);
        }
        if (roles.containsKey(Role.LORA_B_BIAS)) {
            AdapterTensor added = roles.get(Role.LORA_B_BIAS);
            return new Sum(before, new Scaled(own(added, rows, 1), scale(added)));
        }
        AdapterTensor a = roles.get(Role.LORA_A);
        int rank = config.rankOf(a.key().module());
        Matrix right = new Tensor(inputs.ref(InputRole.ADAPTER, a.tensor()), rank, columns);
        Matrix delta = new Scaled(new Product(own(roles.get(Role.LORA_B), rows, rank), right), scale(a));
        Matrix merged = new Sum(before, delta);
        if (!roles.containsKey(Role.MAGNITUDE)) {
            return merged;
        }
        Matrix original = rowsOf(new Original(base.rows(), columns), rows.first(), rows.count());
        Matrix norms = new RowNorms(new Sum(original, delta));
        Matrix factor = new Quotient(own(roles.get(Role.MAGNITUDE), rows, 1), norms);
        return new Elementwise(new Tiled(factor, rows.count(), columns), merged);
    }

    private float scale(AdapterTensor tensor) {
        return config.scaleOf(tensor.key().module());
    }

    /** The rows of a tensor of the adapter that stand in these of the base. */
    private Matrix own(AdapterTensor tensor, Rows rows, int columns) {
        int all = Math.toIntExact(tensor.tensor().shape().dim(0));
        return rowsOf(
                new Tensor(inputs.ref(InputRole.ADAPTER, tensor.tensor()), all, columns), rows.own(), rows.count());
    }

    private static Matrix rowsOf(Matrix matrix, int first, int count) {
        return matrix.rows() == count ? matrix : new Slice(matrix, first, count, 0, matrix.columns());
    }
}
