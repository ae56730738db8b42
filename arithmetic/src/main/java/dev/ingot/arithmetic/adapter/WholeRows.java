package dev.ingot.arithmetic.adapter;

import dev.ingot.arithmetic.OrthonormalColumns;
import dev.ingot.arithmetic.adapter.RowFormula.Base;
import dev.ingot.arithmetic.adapter.RowFormula.Rounder;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/** Formulas in which a row depends on the whole of the base's weight, which is read once when the formula is made. */
public final class WholeRows {
    private WholeRows() {}

    /** {@code W + U diag(S) V} less the trailing singular part of W, each component rounded: OSF. */
    public static RowFormula trailing(Reals u, double[] s, Reals v, Base base, Rounder rounder) {
        int out = u.height();
        int in = v.columns();
        SingularSum began = SingularSum.trailing(ResidualRows.weight(base, out, in), out, in, s.length, rounder::round);
        return (row, values) -> {
            double[] scaled = u.row(row).clone();
            for (int k = 0; k < scaled.length; k++) {
                scaled[k] *= s[k];
            }
            v.combine(scaled, values);
            began.takeOut(row, values);
        };
    }

    /**
     * {@code W + round(Q (R - Tᵀ W))}: DEFT. Q and T are P and relu(P), or both the Q of P's QR decomposition.
     *
     * @param r scaled; zeros where nothing is put in place
     */
    public static RowFormula removed(Reals p, Reals r, boolean orthonormal, Base base, Rounder rounder) {
        Reals q = orthonormal
                ? TurnedRows.unflat(OrthonormalColumns.householderQ(p.flat(), p.height(), p.columns()), p.columns())
                : p;
        Reals t = orthonormal ? q : p.map(x -> Math.max(x, 0));
        Reals along = against(t.transposed(), base, r.columns());
        Reals inside = Reals.zeros(r.height(), r.columns());
        for (int k = 0; k < r.height(); k++) {
            for (int j = 0; j < r.columns(); j++) {
                inside.rows()[k][j] = r.at(k, j) - along.at(k, j);
            }
        }
        return AddedRows.lowRank(q, inside, 1, rounder);
    }

    /** {@code left · W}, a row of W at a time. */
    private static Reals against(Reals left, Base base, int columns) {
        Reals product = Reals.zeros(left.height(), columns);
        for (int k = 0; k < left.columns(); k++) {
            double[] row = base.row(k);
            for (int i = 0; i < left.height(); i++) {
                double factor = left.at(i, k);
                for (int j = 0; j < columns; j++) {
                    product.rows()[i][j] += factor * row[j];
                }
            }
        }
        return product;
    }

    /** {@code W + round(s B h)}, {@code h = f(A W)} sent through encoders, then decoders with residuals: PEANuT. */
    public static RowFormula network(
            Reals a,
            Reals b,
            List<Reals> encoders,
            List<Reals> decoders,
            DoubleUnaryOperator f,
            double scale,
            Base base,
            int columns,
            Rounder rounder) {
        Reals hidden = against(a, base, columns).map(f);
        Reals[] residuals = new Reals[encoders.size()];
        for (int i = 0; i < residuals.length; i++) {
            residuals[i] = hidden;
            hidden = encoders.get(i).times(hidden).map(f);
        }
        for (int i = 0; i < residuals.length; i++) {
            hidden = sum(decoders.get(i).times(hidden).map(f), residuals[residuals.length - 1 - i]);
        }
        return AddedRows.lowRank(b, hidden, scale, rounder);
    }

    private static Reals sum(Reals left, Reals right) {
        Reals sum = Reals.zeros(left.height(), left.columns());
        for (int i = 0; i < sum.height(); i++) {
            for (int j = 0; j < sum.columns(); j++) {
                sum.rows()[i][j] = left.at(i, j) + right.at(i, j);
            }
        }
        return sum;
    }
}
