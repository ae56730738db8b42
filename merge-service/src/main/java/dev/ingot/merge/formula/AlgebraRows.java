package dev.ingot.merge.formula;

import dev.ingot.arithmetic.OrthonormalColumns;
import dev.ingot.arithmetic.Rotations;
import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import dev.ingot.merge.singular.SingularPart;
import dev.ingot.pipeline.plan.LinearAlgebra;
import dev.ingot.pipeline.plan.LinearAlgebra.CappedRows;
import dev.ingot.pipeline.plan.LinearAlgebra.Cayley;
import dev.ingot.pipeline.plan.LinearAlgebra.ColumnNorms;
import dev.ingot.pipeline.plan.LinearAlgebra.GramSchmidt;
import dev.ingot.pipeline.plan.LinearAlgebra.HouseholderQ;
import dev.ingot.pipeline.plan.LinearAlgebra.LeadingPart;
import dev.ingot.pipeline.plan.LinearAlgebra.NormalizedRows;
import dev.ingot.pipeline.plan.LinearAlgebra.Reflections;
import dev.ingot.pipeline.plan.LinearAlgebra.RowNorms;
import dev.ingot.pipeline.plan.LinearAlgebra.SkewOfUpper;
import dev.ingot.pipeline.plan.LinearAlgebra.SkewPart;
import dev.ingot.pipeline.plan.LinearAlgebra.Standardized;
import dev.ingot.pipeline.plan.LinearAlgebra.TopSoftmax;
import dev.ingot.pipeline.plan.LinearAlgebra.TrailingPart;
import java.io.IOException;
import java.util.Arrays;

/** Rows of what needs whole rows, whole columns or all of another matrix. */
final class AlgebraRows {
    private AlgebraRows() {}

    static Rows of(LinearAlgebra algebra, Formula formula) {
        return switch (algebra) {
            case RowNorms norms -> rowNorms(formula.rows(norms.of()));
            case ColumnNorms norms -> {
                Rows of = formula.rows(norms.of());
                yield Formula.whole(norms, () -> columnNorms(of));
            }
            case NormalizedRows rows -> {
                Held of = formula.held(rows.of());
                yield Formula.whole(rows, () -> normalized(of.dense(), rows.floor()));
            }
            case Standardized all -> {
                Held of = formula.held(all.of());
                yield Formula.whole(all, () -> standardized(of.dense(), all.dtype()));
            }
            case CappedRows rows -> {
                Held of = formula.held(rows.of());
                yield Formula.whole(rows, () -> capped(of.dense(), rows.limit()));
            }
            case TopSoftmax softmax -> {
                Held of = formula.held(softmax.of());
                yield Formula.whole(softmax, () -> topSoftmax(of.dense(), softmax.count()));
            }
            case SkewOfUpper skew -> {
                Held of = formula.held(skew.of());
                yield Formula.whole(skew, () -> skewOfUpper(of.dense(), skew.size()));
            }
            case SkewPart skew -> {
                Held of = formula.held(skew.of());
                yield Formula.whole(skew, () -> skewPart(of.dense()));
            }
            case Cayley cayley -> {
                Held of = formula.held(cayley.of());
                yield Formula.whole(cayley, () -> cayley(of.dense(), cayley.terms()));
            }
            case Reflections reflections ->
                throw new IllegalArgumentException("reflections are applied to rows: " + reflections);
            case GramSchmidt basis -> {
                Held of = formula.held(basis.of());
                yield Formula.whole(
                        basis,
                        () -> Dense.ofDoubles(
                                OrthonormalColumns.gramSchmidt(of.dense().doubles(), of.rows(), of.columns()),
                                of.rows(),
                                of.columns()));
            }
            case HouseholderQ basis -> {
                Held of = formula.held(basis.of());
                yield Formula.whole(
                        basis,
                        () -> Dense.ofDoubles(
                                OrthonormalColumns.householderQ(of.dense().doubles(), of.rows(), of.columns()),
                                of.rows(),
                                of.columns()));
            }
            case LeadingPart part ->
                new SingularRows(
                        formula.rows(part.of()),
                        formula.tensor(),
                        (values, rows, columns) -> SingularPart.leading(values, rows, columns, part.rank()));
            case TrailingPart part ->
                new SingularRows(
                        formula.rows(part.of()),
                        formula.tensor(),
                        (values, rows, columns) -> trailing(values, rows, columns, part.from(), formula.dtype()));
        };
    }

    private static SingularPart trailing(float[] values, int rows, int columns, int from, DType dtype) {
        return dtype == DType.F32
                ? SingularPart.trailing(values, rows, columns, from)
                : SingularPart.trailing(values, rows, columns, from, x -> Rounding.to(dtype, (float) x));
    }

    private static Rows rowNorms(Rows of) {
        return new ByRow(of.rows(), 1, (first, count, into, at) -> {
            float[] row = new float[of.columns()];
            for (int i = 0; i < count; i++) {
                of.read(first + i, 1, row, 0);
                into[at + i] = (float) norm(row, 0, row.length);
            }
        });
    }

    private static double norm(float[] values, int at, int count) {
        double sum = 0;
        for (int j = at; j < at + count; j++) {
            sum += (double) values[j] * values[j];
        }
        return Math.sqrt(sum);
    }

    private static Dense columnNorms(Rows of) throws IOException {
        int columns = of.columns();
        double[] sums = new double[columns];
        Formula.pass(of, (first, count, values) -> {
            for (int i = 0; i < count; i++) {
                for (int j = 0; j < columns; j++) {
                    double value = values[i * columns + j];
                    sums[j] += value * value;
                }
            }
        });
        float[] norms = new float[columns];
        for (int j = 0; j < columns; j++) {
            norms[j] = (float) Math.sqrt(sums[j]);
        }
        return new Dense(norms, 1, columns);
    }

    static Dense normalized(Dense of, float floor) {
        float[] values = of.values().clone();
        for (int i = 0; i < of.rows(); i++) {
            double norm = Math.max(norm(values, i * of.columns(), of.columns()), floor);
            for (int j = i * of.columns(); j < (i + 1) * of.columns(); j++) {
                values[j] = (float) (values[j] / norm);
            }
        }
        return new Dense(values, of.rows(), of.columns());
    }

    private static Dense standardized(Dense of, DType dtype) {
        double mean = 0;
        for (float value : of.values()) {
            mean += value;
        }
        mean /= of.values().length;
        double squares = 0;
        for (float value : of.values()) {
            squares += (value - mean) * (value - mean);
        }
        float deviation = Rounding.to(dtype, (float) Math.sqrt(squares / (of.values().length - 1)));
        float[] values = of.values().clone();
        for (int i = 0; i < values.length; i++) {
            values[i] = Rounding.to(dtype, values[i] / deviation);
        }
        return new Dense(values, of.rows(), of.columns());
    }

    private static Dense capped(Dense of, float limit) {
        float[] values = of.values().clone();
        for (int i = 0; i < of.rows(); i++) {
            double norm = norm(values, i * of.columns(), of.columns());
            for (int j = i * of.columns(); norm > limit && j < (i + 1) * of.columns(); j++) {
                values[j] = (float) (values[j] * (limit / norm));
            }
        }
        return new Dense(values, of.rows(), of.columns());
    }

    private static Dense topSoftmax(Dense of, int count) {
        float[] values = new float[of.values().length];
        int columns = of.columns();
        for (int i = 0; i < of.rows(); i++) {
            float[] row = Arrays.copyOfRange(of.values(), i * columns, (i + 1) * columns);
            int[] top = largest(row, count);
            double sum = 0;
            for (int k : top) {
                sum += Math.exp((double) row[k] - row[top[0]]);
            }
            for (int k : top) {
                values[i * columns + k] = (float) (Math.exp((double) row[k] - row[top[0]]) / sum);
            }
        }
        return new Dense(values, of.rows(), columns);
    }

    /** Places of the largest elements, the largest first. */
    private static int[] largest(float[] row, int count) {
        float[] left = row.clone();
        int[] top = new int[count];
        for (int k = 0; k < count; k++) {
            for (int j = 1; j < left.length; j++) {
                top[k] = left[j] > left[top[k]] ? j : top[k];
            }
            left[top[k]] = Float.NEGATIVE_INFINITY;
        }
        return top;
    }

    private static Dense skewOfUpper(Dense of, int size) {
        float[] values = new float[of.rows() * size * size];
        for (int block = 0; block < of.rows(); block++) {
            double[] skew = Rotations.skew(of.values(), block * of.columns(), size);
            for (int i = 0; i < skew.length; i++) {
                values[block * skew.length + i] = (float) skew[i];
            }
        }
        return new Dense(values, of.rows() * size, size);
    }

    private static Dense skewPart(Dense of) {
        int n = of.columns();
        float[] values = new float[of.values().length];
        for (int i = 0; i < of.rows(); i++) {
            int block = i / n * n * n;
            for (int j = 0; j < n; j++) {
                values[i * n + j] = (of.values()[i * n + j] - of.values()[block + j * n + i % n]) / 2;
            }
        }
        return new Dense(values, of.rows(), n);
    }

    private static Dense cayley(Dense of, int terms) {
        int n = of.columns();
        double[] all = of.doubles();
        double[] rotations = new double[all.length];
        for (int at = 0; at < all.length; at += n * n) {
            double[] skew = Arrays.copyOfRange(all, at, at + n * n);
            double[] rotation = terms == 0 ? Rotations.cayley(skew, n) : Rotations.cayleySeries(skew, n, terms);
            System.arraycopy(rotation, 0, rotations, at, n * n);
        }
        return Dense.ofDoubles(rotations, of.rows(), n);
    }
}
