package dev.ingot.validate.adapter;

import dev.ingot.arithmetic.adapter.AddedRows;
import dev.ingot.arithmetic.adapter.Reals;
import dev.ingot.arithmetic.adapter.RowFormula;
import dev.ingot.arithmetic.adapter.RowFormula.Rounder;

/** Types that train single elements of a weight. */
final class SparseTypes {
    private static final Rounder EXACT = value -> value;

    private SparseTypes() {}

    static RowFormula shira(TrainedModule m) {
        double[] values = m.vector("shira_weight");
        long[] indices = m.indices("shira_indices");
        long[] places = new long[values.length];
        for (int k = 0; k < places.length; k++) {
            places[k] = indices[k] * m.in() + indices[places.length + k];
        }
        return AddedRows.scattered(places, values, EXACT);
    }

    static RowFormula superTuning(TrainedModule m) {
        RowFormula sparse =
                AddedRows.scattered(m.indices("supertuning_indices"), m.vector("supertuning_values"), m.rounder());
        if (!m.has("supertuning_lora_A")) {
            return sparse;
        }
        Reals a = m.matrix("supertuning_lora_A");
        double scale = m.config().number("lora_alpha", 16) / a.height();
        RowFormula dense = AddedRows.lowRank(m.matrix("supertuning_lora_B"), a, scale, m.rounder());
        return (row, values) -> {
            sparse.train(row, values);
            for (int j = 0; j < values.length; j++) {
                values[j] = m.rounder().round(values[j]);
            }
            dense.train(row, values);
        };
    }
}
