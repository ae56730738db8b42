package dev.ingot.validate.adapter;

import dev.ingot.arithmetic.adapter.AddedRows;
import dev.ingot.arithmetic.adapter.Reals;
import dev.ingot.arithmetic.adapter.RowFormula;
import dev.ingot.checkpoint.Shape;

/** Types whose delta is a Hadamard or Kronecker product of smaller matrices. */
final class ProductTypes {
    private ProductTypes() {}

    private static double scale(TrainedModule m) {
        double alpha = m.config()
                .patterned("alpha_pattern", m.name())
                .orElse(m.config().number("alpha", 8));
        double rank =
                m.config().patterned("rank_pattern", m.name()).orElse(m.config().number("r", 8));
        return alpha / rank;
    }

    static RowFormula loHa(TrainedModule m) {
        if (m.has("hada_t1")) {
            return AddedRows.elementwise(
                    tucker(m, "hada_t1", "hada_w1_a", "hada_w1_b"),
                    tucker(m, "hada_t2", "hada_w2_a", "hada_w2_b"),
                    scale(m));
        }
        return AddedRows.hadamard(
                m.matrix("hada_w1_a"), m.matrix("hada_w1_b"), m.matrix("hada_w2_a"), m.matrix("hada_w2_b"), scale(m));
    }

    /** {@code [p, q k] = sum_ij t[i, j, k] a[i, p] b[j, q]}. */
    private static Reals tucker(TrainedModule m, String core, String nameA, String nameB) {
        Shape shape = m.shape(core);
        int left = (int) shape.dim(0);
        int right = (int) shape.dim(1);
        int kernel = (int) (shape.elements() / left / right);
        Reals t = m.matrix(core, left * right, kernel);
        Reals a = m.matrix(nameA);
        Reals b = m.matrix(nameB);
        Reals weight = Reals.zeros(a.columns(), b.columns() * kernel);
        for (int i = 0; i < left; i++) {
            for (int j = 0; j < right; j++) {
                for (int p = 0; p < a.columns(); p++) {
                    for (int q = 0; q < b.columns() * kernel; q++) {
                        weight.row(p)[q] += t.at(i * right + j, q % kernel) * a.at(i, p) * b.at(j, q / kernel);
                    }
                }
            }
        }
        return weight;
    }

    static RowFormula loKr(TrainedModule m) {
        Reals w1 =
                m.has("lokr_w1") ? m.matrix("lokr_w1") : m.matrix("lokr_w1_a").times(m.matrix("lokr_w1_b"));
        Reals w2 = m.has("lokr_w2")
                ? m.matrix("lokr_w2")
                : m.has("lokr_t2")
                        ? tucker(m, "lokr_t2", "lokr_w2_a", "lokr_w2_b")
                        : m.matrix("lokr_w2_a").times(m.matrix("lokr_w2_b"));
        return AddedRows.kronecker(w1, w2, scale(m));
    }
}
