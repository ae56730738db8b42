package dev.ingot.arithmetic.adapter;

import dev.ingot.arithmetic.LeadingSpace;
import dev.ingot.arithmetic.OrthonormalColumns;
import dev.ingot.arithmetic.SingularVectors;
import dev.ingot.arithmetic.adapter.RowFormula.Base;
import dev.ingot.arithmetic.adapter.RowFormula.Rounder;

/** What an initialization leaves of a weight; the weight is read once when the formula is made. */
public final class ResidualRows {
    /** Up to this size a matrix is taken apart as a whole, and for ranks that are a large share of it. */
    private static final int WHOLE = 256;

    private static final int SHARE = 4;

    private ResidualRows() {}

    /** {@code round(W - [W]_r)}, less its {@code rank} largest singular parts: PiSSA. */
    public static RowFormula withoutLeadingPart(Base base, int rows, int columns, int rank, Rounder rounder) {
        float[] weight = weight(base, rows, columns);
        if (Math.min(rows, columns) > WHOLE && rank * SHARE <= Math.min(rows, columns)) {
            return withoutSpace(new Reals(LeadingSpace.of(weight, rows, columns, rank), columns), rounder);
        }
        float[] leading = SingularVectors.of(weight, rows, columns).part(0, rank);
        return (row, values) -> {
            for (int j = 0; j < columns; j++) {
                values[j] = rounder.round(values[j] - leading[row * columns + j]);
            }
        };
    }

    /** {@code round(W - W V Vᵀ)}. */
    private static RowFormula withoutSpace(Reals v, Rounder rounder) {
        Reals turned = v.transposed();
        return (row, values) -> {
            double[] along = new double[v.height()];
            turned.combine(values, along);
            double[] part = new double[values.length];
            v.combine(along, part);
            for (int j = 0; j < values.length; j++) {
                values[j] = rounder.round(values[j] - part[j]);
            }
        };
    }

    /** {@code round(W - its rank smallest singular parts)}: KaSA. */
    public static RowFormula withoutTrailingPart(Base base, int rows, int columns, int rank, Rounder rounder) {
        SingularSum trailing = SingularSum.trailing(weight(base, rows, columns), rows, columns, rank, value -> value);
        return (row, values) -> {
            trailing.takeOut(row, values);
            for (int j = 0; j < columns; j++) {
                values[j] = rounder.round(values[j]);
            }
        };
    }

    /** All rows, row-major. */
    static float[] weight(Base base, int rows, int columns) {
        float[] weight = new float[Math.multiplyExact(rows, columns)];
        for (int i = 0; i < rows; i++) {
            double[] row = base.row(i);
            for (int j = 0; j < columns; j++) {
                weight[i * columns + j] = (float) row[j];
            }
        }
        return weight;
    }

    /** {@code round(W - s Q_r Q_rᵀ W)}, Q of its QR decomposition: OLoRA. */
    public static RowFormula withoutFirstDirections(
            Base base, int rows, int columns, int rank, double scale, Rounder rounder) {
        double[] first = new double[rows * rank];
        for (int i = 0; i < rows; i++) {
            System.arraycopy(base.row(i), 0, first, i * rank, rank);
        }
        Reals q = TurnedRows.unflat(OrthonormalColumns.householderQ(first, rows, rank), rank);
        Reals along = Reals.zeros(rank, columns);
        for (int i = 0; i < rows; i++) {
            double[] row = base.row(i);
            for (int k = 0; k < rank; k++) {
                for (int j = 0; j < columns; j++) {
                    along.rows()[k][j] += q.at(i, k) * row[j];
                }
            }
        }
        return (row, values) -> {
            double[] part = new double[columns];
            along.combine(q.row(row), part);
            for (int j = 0; j < columns; j++) {
                values[j] = rounder.round(values[j] - scale * part[j]);
            }
        };
    }
}
