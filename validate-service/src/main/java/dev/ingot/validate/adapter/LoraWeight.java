package dev.ingot.validate.adapter;

import dev.ingot.arithmetic.adapter.AddedRows;
import dev.ingot.arithmetic.adapter.NormedRows;
import dev.ingot.arithmetic.adapter.Reals;
import dev.ingot.arithmetic.adapter.ResidualRows;
import dev.ingot.arithmetic.adapter.RowFormula;
import dev.ingot.arithmetic.adapter.RowFormula.Base;
import dev.ingot.arithmetic.adapter.RowFormula.Rounder;

/**
 * What a LoRA that is more than a product beside the weight makes of one, whose rows are as they are stored.
 *
 * @param left [rows, r]
 * @param right [r, columns]
 * @param castFirst whether PEFT rounds the product before it adds it
 * @param twice whether PEFT adds it once more, unrounded: the output of torch's MultiheadAttention
 * @param magnitude of DoRA; empty without
 * @param byColumn whether its norms are those of columns: of a weight that is stored as [in, out], or an embedding
 */
@SuppressWarnings("ArrayRecordComponent")
record LoraWeight(
        Reals left,
        Reals right,
        double scale,
        boolean castFirst,
        boolean twice,
        String initialization,
        double[] magnitude,
        boolean byColumn) {

    RowFormula formula(Base base, Rounder rounder) {
        RowFormula merged = sum(base, rounder);
        if (magnitude.length == 0) {
            return merged;
        }
        return byColumn
                ? NormedRows.columns(merged, base, left.height(), magnitude)
                : NormedRows.rows(merged, base, magnitude);
    }

    private RowFormula sum(Base base, Rounder rounder) {
        RowFormula residual = residual(base, rounder);
        RowFormula added = AddedRows.lowRank(left, right, scale, castFirst ? rounder : value -> value);
        RowFormula again = AddedRows.lowRank(left, right, scale, value -> value);
        return (row, values) -> {
            residual.train(row, values);
            added.train(row, values);
            if (twice) {
                for (int j = 0; j < values.length; j++) {
                    values[j] = rounder.round(values[j]);
                }
                again.train(row, values);
            }
        };
    }

    private RowFormula residual(Base base, Rounder rounder) {
        int rows = left.height();
        int columns = right.columns();
        return switch (initialization) {
            case "pissa" -> ResidualRows.withoutLeadingPart(base, rows, columns, left.columns(), rounder);
            case "kasa" -> {
                WholeDecompositions.requireFeasible("KaSA", rows, columns, left.columns());
                yield ResidualRows.withoutTrailingPart(base, rows, columns, left.columns(), rounder);
            }
            case "olora" -> ResidualRows.withoutFirstDirections(base, rows, columns, left.columns(), scale, rounder);
            default -> (row, values) -> {};
        };
    }
}
