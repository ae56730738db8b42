package dev.ingot.arithmetic.adapter;

import java.util.function.DoubleUnaryOperator;

/** A matrix in float64, by rows. */
public record Reals(double[][] rows, int columns) {
    /** Elements of a tensor, row by row. */
    public static Reals of(float[] values, int rows, int columns) {
        if (values.length != (long) rows * columns) {
            throw new IllegalArgumentException(values.length + " values for " + rows + " x " + columns);
        }
        double[][] wide = new double[rows][columns];
        for (int i = 0; i < values.length; i++) {
            wide[i / columns][i % columns] = values[i];
        }
        return new Reals(wide, columns);
    }

    public static Reals zeros(int rows, int columns) {
        return new Reals(new double[rows][columns], columns);
    }

    public int height() {
        return rows.length;
    }

    public double at(int row, int column) {
        return rows[row][column];
    }

    public double[] row(int row) {
        return rows[row];
    }

    public Reals times(Reals right) {
        Reals product = zeros(height(), right.columns);
        for (int i = 0; i < height(); i++) {
            right.combine(rows[i], product.rows[i]);
        }
        return product;
    }

    /** Adds the rows, weighted, to {@code sum}. */
    public void combine(double[] weights, double[] sum) {
        for (int k = 0; k < weights.length; k++) {
            add(weights[k], rows[k], sum);
        }
    }

    private static void add(double weight, double[] row, double[] sum) {
        for (int j = 0; j < sum.length; j++) {
            sum[j] += weight * row[j];
        }
    }

    public Reals transposed() {
        Reals turned = zeros(columns, height());
        for (int i = 0; i < height(); i++) {
            for (int j = 0; j < columns; j++) {
                turned.rows[j][i] = rows[i][j];
            }
        }
        return turned;
    }

    public Reals map(DoubleUnaryOperator function) {
        Reals mapped = zeros(height(), columns);
        for (int i = 0; i < height(); i++) {
            for (int j = 0; j < columns; j++) {
                mapped.rows[i][j] = function.applyAsDouble(rows[i][j]);
            }
        }
        return mapped;
    }

    /** Row i times {@code factors[i]}. */
    public Reals scaledRows(double[] factors) {
        Reals scaled = zeros(height(), columns);
        for (int i = 0; i < height(); i++) {
            add(factors[i], rows[i], scaled.rows[i]);
        }
        return scaled;
    }

    /** All elements, row by row. */
    public double[] flat() {
        double[] flat = new double[height() * columns];
        for (int i = 0; i < height(); i++) {
            System.arraycopy(rows[i], 0, flat, i * columns, columns);
        }
        return flat;
    }

    /** 2-norm of a row. */
    public double norm(int row) {
        double sum = 0;
        for (double value : rows[row]) {
            sum += value * value;
        }
        return Math.sqrt(sum);
    }
}
