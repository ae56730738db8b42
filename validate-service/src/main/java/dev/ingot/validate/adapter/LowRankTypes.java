package dev.ingot.validate.adapter;

import dev.ingot.arithmetic.adapter.AddedRows;
import dev.ingot.arithmetic.adapter.Reals;
import dev.ingot.arithmetic.adapter.RowFormula;
import dev.ingot.arithmetic.adapter.RowFormula.Rounder;
import dev.ingot.arithmetic.adapter.TurnedRows;
import dev.ingot.checkpoint.Shape;

/** Types whose delta is a product of two thin matrices, scaled in one way or another. */
final class LowRankTypes {
    private static final Rounder EXACT = value -> value;

    private LowRankTypes() {}

    static RowFormula adaLora(TrainedModule m) {
        double initial = m.config().number("init_r", 12);
        double alpha = m.config().number("lora_alpha", 8);
        double scale = (alpha > 0 ? alpha : initial) / (initial + 1e-5);
        Reals a = m.matrix("lora_A").scaledRows(m.vector("lora_E"));
        return AddedRows.lowRank(m.matrix("lora_B"), a, scale, EXACT);
    }

    static RowFormula deLora(TrainedModule m) {
        Reals a = m.matrix("delora_A");
        Reals columnsOfB = m.matrix("delora_B").transposed();
        double[] factors = new double[a.height()];
        for (int k = 0; k < factors.length; k++) {
            double norms = Math.max(a.norm(k), 1e-4) * Math.max(columnsOfB.norm(k), 1e-4);
            factors[k] = m.vector("delora_lambda")[0] / factors.length / norms;
        }
        double[] widths = m.vector("delora_w_norm");
        Reals right = a.scaledRows(factors).transposed().scaledRows(widths).transposed();
        return AddedRows.lowRank(m.matrix("delora_B"), right, 1, m.rounder());
    }

    static RowFormula graLora(TrainedModule m) {
        Shape shape = m.shape("gralora_A");
        int k = (int) shape.dim(0);
        int rank = (int) shape.dim(2);
        int hybrid = (int) m.config().number("hybrid_r", 0);
        double scale = m.config().number("alpha", 64) / (rank + hybrid);
        RowFormula blocks = AddedRows.granular(
                m.matrix("gralora_A", m.in(), rank), m.matrix("gralora_B", k * rank, m.out() / k), k, scale);
        if (hybrid == 0) {
            return blocks;
        }
        RowFormula general =
                AddedRows.lowRank(m.matrix("gralora_B_general"), m.matrix("gralora_A_general"), scale, EXACT);
        return (row, values) -> {
            blocks.train(row, values);
            general.train(row, values);
        };
    }

    static RowFormula hiRa(TrainedModule m) {
        return m.has("hira_embedding_A")
                ? TurnedRows.highRank(
                        m.matrix("hira_embedding_A").transposed(),
                        m.matrix("hira_embedding_B").transposed(),
                        m.rounder())
                : TurnedRows.highRank(m.matrix("hira_B"), m.matrix("hira_A"), m.rounder());
    }

    static RowFormula tinyLora(TrainedModule m) {
        int rank = (int) m.shape("tinylora_A").dim(0);
        Reals parts = m.matrix("tinylora_P");
        Reals v = m.shared("tinylora_v." + LayerGroups.of(m), 1, parts.height());
        double[] core = v.times(parts).row(0);
        Reals square = Reals.zeros(rank, rank);
        for (int i = 0; i < core.length; i++) {
            square.row(i / rank)[i % rank] = core[i];
        }
        return AddedRows.lowRank(m.matrix("tinylora_B").times(square), m.matrix("tinylora_A"), 1, EXACT);
    }
}
