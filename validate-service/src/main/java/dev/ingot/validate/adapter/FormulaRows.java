package dev.ingot.validate.adapter;

import dev.ingot.arithmetic.Rounding;
import dev.ingot.arithmetic.adapter.RowFormula;
import dev.ingot.arithmetic.adapter.RowFormula.Base;
import dev.ingot.arithmetic.adapter.RowFormula.Rounder;
import dev.ingot.checkpoint.DType;
import dev.ingot.validate.weights.TrainedRows;
import dev.ingot.validate.weights.WeightSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.SoftReference;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * The rows of a tensor by a formula over [rows, columns], which may be stored the other way round; then all of it is computed at once and kept, which
 * only small models of old families need.
 */
final class FormulaRows implements TrainedRows {
    private final WeightSource base;
    private final String tensor;
    private final int rows;
    private final int columns;
    private final boolean transposed;
    private final BiFunction<Base, Rounder, RowFormula> making;
    /** Given up where memory is short: a formula over singular vectors is larger than the weight, and a model has hundreds. */
    private final Map<DType, SoftReference<RowFormula>> formulas = new EnumMap<>(DType.class);

    private final Map<DType, float[]> turned = new EnumMap<>(DType.class);

    FormulaRows(
            WeightSource base,
            String tensor,
            int rows,
            int columns,
            boolean transposed,
            BiFunction<Base, Rounder, RowFormula> making) {
        this.base = base;
        this.tensor = tensor;
        this.rows = rows;
        this.columns = columns;
        this.transposed = transposed;
        this.making = making;
    }

    @Override
    public int columns() {
        return transposed ? rows : columns;
    }

    @Override
    public void train(long first, int count, float[] values, DType dtype) throws IOException {
        try {
            if (transposed) {
                System.arraycopy(turned(dtype), Math.toIntExact(first * rows), values, 0, count * rows);
            } else {
                trainRows(formula(dtype), Math.toIntExact(first), count, values);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void trainRows(RowFormula formula, int first, int count, float[] values) {
        double[] row = new double[columns];
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < columns; j++) {
                row[j] = values[i * columns + j];
            }
            formula.train(first + i, row);
            for (int j = 0; j < columns; j++) {
                values[i * columns + j] = (float) row[j];
            }
        }
    }

    private synchronized RowFormula formula(DType dtype) {
        SoftReference<RowFormula> kept = formulas.get(dtype);
        RowFormula known = kept == null ? null : kept.get();
        if (known == null) {
            known = making.apply(rowsOfBase(), rounder(dtype));
            formulas.put(dtype, new SoftReference<>(known));
        }
        return known;
    }

    private static Rounder rounder(DType dtype) {
        return dtype == DType.F32 ? value -> value : value -> Rounding.to(dtype, (float) value);
    }

    Base rowsOfBase() {
        if (!transposed) {
            return row -> {
                float[] values = new float[columns];
                read((long) row * columns, values);
                double[] wide = new double[columns];
                for (int j = 0; j < columns; j++) {
                    wide[j] = values[j];
                }
                return wide;
            };
        }
        float[] stored = new float[rows * columns];
        read(0, stored);
        return row -> {
            double[] wide = new double[columns];
            for (int j = 0; j < columns; j++) {
                wide[j] = stored[j * rows + row];
            }
            return wide;
        };
    }

    private void read(long first, float[] values) {
        try {
            base.floats(tensor, first, values, values.length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private synchronized float[] turned(DType dtype) {
        return turned.computeIfAbsent(dtype, made -> {
            Base logical = rowsOfBase();
            RowFormula formula = formula(made);
            float[] values = new float[rows * columns];
            for (int i = 0; i < rows; i++) {
                double[] row = logical.row(i);
                formula.train(i, row);
                for (int j = 0; j < columns; j++) {
                    values[j * rows + i] = (float) row[j];
                }
            }
            return values;
        });
    }
}
