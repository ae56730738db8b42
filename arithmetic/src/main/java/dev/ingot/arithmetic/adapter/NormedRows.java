package dev.ingot.arithmetic.adapter;

import dev.ingot.arithmetic.adapter.RowFormula.Base;

/** DoRA: what another formula makes of a weight, scaled to trained norms. */
public final class NormedRows {
    private NormedRows() {}

    /** {@code m_i / |D_i| D_i} for every row of D; the norm is that of the base's own row, trained, whatever is in the row already. */
    public static RowFormula rows(RowFormula merged, Base base, double[] magnitude) {
        return (row, values) -> {
            merged.train(row, values);
            double[] trained = base.row(row);
            merged.train(row, trained);
            double sum = 0;
            for (double value : trained) {
                sum += value * value;
            }
            double factor = magnitude[row] / Math.sqrt(sum);
            for (int j = 0; j < values.length; j++) {
                values[j] *= factor;
            }
        };
    }

    /** The same for every column, of which all rows are computed once when the formula is made. */
    public static RowFormula columns(RowFormula merged, Base base, int rows, double[] magnitude) {
        double[] factors = new double[magnitude.length];
        for (int i = 0; i < rows; i++) {
            double[] values = base.row(i);
            merged.train(i, values);
            for (int j = 0; j < factors.length; j++) {
                factors[j] += values[j] * values[j];
            }
        }
        for (int j = 0; j < factors.length; j++) {
            factors[j] = magnitude[j] / Math.sqrt(factors[j]);
        }
        return (row, values) -> {
            merged.train(row, values);
            for (int j = 0; j < values.length; j++) {
                values[j] *= factors[j];
            }
        };
    }
}
