package dev.ingot.arithmetic.adapter;

import dev.ingot.arithmetic.OrthonormalColumns;
import dev.ingot.arithmetic.Rotations;
import dev.ingot.arithmetic.adapter.RowFormula.Base;
import dev.ingot.arithmetic.adapter.RowFormula.Rounder;

/** Formulas that multiply: elements of a row, or the row with a rotation, or rows with one another. */
public final class TurnedRows {
    private TurnedRows() {}

    /** Every element of row i times {@code factors[i]}: (IA)³, on outputs. */
    public static RowFormula scaledOutputs(double[] factors) {
        return (row, values) -> {
            for (int j = 0; j < values.length; j++) {
                values[j] *= factors[row];
            }
        };
    }

    /** Element j of every row times {@code factors[j / kernel]}: (IA)³, on inputs. */
    public static RowFormula scaledInputs(double[] factors, int kernel) {
        return (row, values) -> {
            for (int j = 0; j < values.length; j++) {
                values[j] *= factors[j / kernel];
            }
        };
    }

    /** {@code W + round(W . round(left right))}: HiRA. */
    public static RowFormula highRank(Reals left, Reals right, Rounder rounder) {
        return (row, values) -> {
            double[] sum = new double[values.length];
            right.combine(left.row(row), sum);
            for (int j = 0; j < values.length; j++) {
                values[j] += rounder.round(values[j] * rounder.round(sum[j]));
            }
        };
    }

    /** {@code W + W . a + b}, each part rounded: GLoRA. */
    public static RowFormula general(Reals a, Reals b, Rounder rounder) {
        return (row, values) -> {
            for (int j = 0; j < values.length; j++) {
                double x = rounder.round(a.at(row % a.height(), j % a.columns()));
                double y = rounder.round(b.at(row % b.height(), j % b.columns()));
                values[j] += rounder.round(rounder.round(values[j] * x) + y);
            }
        };
    }

    /**
     * {@code W diag(R_1, R_2, …)ᵀ}: OFT.
     *
     * @param upper elements above the diagonal of each block's skew matrix Q, or one row for all blocks
     * @param terms of the series {@code I + 2Q + 2Q² + …}; 0 for {@code (I - Q)(I + Q)⁻¹}
     * @param limit of the norm of Q; 0 for none
     */
    public static RowFormula orthogonal(Reals upper, int size, int terms, double limit) {
        double[][] rotations = new double[upper.height()][];
        for (int block = 0; block < rotations.length; block++) {
            double[] skew = skew(upper.row(block), size, limit);
            rotations[block] =
                    terms == 0 ? Rotations.cayley(negated(skew), size) : Rotations.cayleySeries(skew, size, terms);
        }
        return (row, values) -> turn(values, rotations, size);
    }

    /** {@code (W diag(C_1, C_2, …)ᵀ) . s}, {@code C = (I - S)(I + S)⁻¹}, S the skew part of R: BOFT with one factor. */
    public static RowFormula butterfly(Reals stacked, double[] scale) {
        int size = stacked.columns();
        double[][] rotations = new double[stacked.height() / size][size * size];
        for (int block = 0; block < rotations.length; block++) {
            double[] skew = new double[size * size];
            for (int i = 0; i < skew.length; i++) {
                int row = i / size;
                int column = i % size;
                skew[i] = (stacked.at(block * size + row, column) - stacked.at(block * size + column, row)) / 2;
            }
            rotations[block] = Rotations.cayley(negated(skew), size);
        }
        return (row, values) -> {
            turn(values, rotations, size);
            for (int j = 0; j < values.length; j++) {
                values[j] *= scale[row];
            }
        };
    }

    private static double[] skew(double[] upper, int size, double limit) {
        double[] skew = new double[size * size];
        double squares = 0;
        int next = 0;
        for (int i = 0; i < size; i++) {
            for (int j = i + 1; j < size; j++) {
                skew[i * size + j] = upper[next];
                skew[j * size + i] = -upper[next];
                squares += 2 * upper[next] * upper[next];
                next++;
            }
        }
        double norm = Math.sqrt(squares);
        for (int i = 0; limit > 0 && norm > limit && i < skew.length; i++) {
            skew[i] *= limit / norm;
        }
        return skew;
    }

    private static double[] negated(double[] matrix) {
        double[] negated = matrix.clone();
        for (int i = 0; i < negated.length; i++) {
            negated[i] = -negated[i];
        }
        return negated;
    }

    /** Each stretch w of the row becomes {@code w Rᵀ}. */
    private static void turn(double[] values, double[][] rotations, int size) {
        double[] before = values.clone();
        for (int j = 0; j < values.length; j++) {
            double[] rotation = rotations[j / size % rotations.length];
            double sum = 0;
            for (int k = 0; k < size; k++) {
                sum += before[j / size * size + k] * rotation[j % size * size + k];
            }
            values[j] = sum;
        }
    }

    /** {@code W (I - 2 u₁u₁ᵀ)(I - 2 u₂u₂ᵀ)…} for the columns of u: HRA; orthogonalized first where {@code gramSchmidt}. */
    public static RowFormula reflections(Reals u, boolean gramSchmidt) {
        Reals columns = gramSchmidt
                ? unflat(OrthonormalColumns.gramSchmidt(u.flat(), u.height(), u.columns()), u.columns())
                        .transposed()
                : u.transposed();
        return (row, values) -> {
            for (int k = 0; k < columns.height(); k++) {
                double along = 0;
                double squares = 0;
                for (int j = 0; j < values.length; j++) {
                    along += values[j] * columns.at(k, j);
                    squares += columns.at(k, j) * columns.at(k, j);
                }
                for (int j = 0; j < values.length; j++) {
                    values[j] -= 2 * along / squares * columns.at(k, j);
                }
            }
        };
    }

    static Reals unflat(double[] values, int columns) {
        Reals matrix = Reals.zeros(values.length / columns, columns);
        for (int i = 0; i < values.length; i++) {
            matrix.rows()[i / columns][i % columns] = values[i];
        }
        return matrix;
    }

    /**
     * Rows o and o + g/2 of a group of g turned: {@code same[o] W[o] - other[o] W[o + g/2]} for the first half,
     * {@code same[o] W[o] + other[o] W[o - g/2]} for the second: RoAd.
     */
    public static RowFormula pairs(double[] same, double[] other, int group, Base base, Rounder rounder) {
        return (row, values) -> {
            boolean first = row % group < group / 2;
            double[] partner = base.row(first ? row + group / 2 : row - group / 2);
            double a = rounder.round(same[row]);
            double b = rounder.round(other[row]) * (first ? -1 : 1);
            for (int j = 0; j < values.length; j++) {
                values[j] = a * values[j] + b * partner[j];
            }
        };
    }

    /** {@code W + W_blk M_o + M_o} for blocks of r x r, row block o: MiSS "bat". */
    public static RowFormula blocks(Reals stacked) {
        int size = stacked.columns();
        return (row, values) -> {
            double[] before = values.clone();
            int first = row / size * size;
            for (int j = 0; j < values.length; j++) {
                double sum = stacked.at(row, j % size);
                for (int k = 0; k < size; k++) {
                    sum += before[j / size * size + k] * stacked.at(first + k, j % size);
                }
                values[j] += sum;
            }
        };
    }
}
