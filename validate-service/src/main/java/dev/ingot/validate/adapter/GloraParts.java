package dev.ingot.validate.adapter;

import dev.ingot.arithmetic.adapter.Reals;
import dev.ingot.arithmetic.adapter.RowFormula;
import dev.ingot.arithmetic.adapter.RowFormula.Rounder;

/** GLoRA's five parts: each a product, a vector, a number, or nothing. */
final class GloraParts {
    private GloraParts() {}

    /** A part of the weight's formula, repeated over the weight where it is smaller. */
    static Reals weight(TrainedModule m, String part) {
        String path = "glora_" + part;
        if (m.has(path + ".Xd")) {
            return m.matrix(path + ".Xd").times(m.matrix(path + ".Xu"));
        }
        double[] values = m.has(path + ".X") ? m.vector(path + ".X") : new double[1];
        Reals column = Reals.zeros(values.length, 1);
        for (int i = 0; i < values.length; i++) {
            column.row(i)[0] = values[i];
        }
        return column;
    }

    static boolean changesBias(TrainedModule m) {
        return !m.has("glora_C.zeros") || !m.has("glora_D.zeros") || !m.has("glora_E.zeros");
    }

    /** {@code b + b . D + E + W C}, each part rounded; an element of the bias is a row of one. */
    static RowFormula bias(TrainedModule m) {
        Rounder rounder = m.rounder();
        Reals c = weight(m, "C");
        Reals d = weight(m, "D");
        Reals e = weight(m, "E");
        return (row, values) -> {
            double scaled = rounder.round(values[0] * rounder.round(d.at(row % d.height(), 0)));
            double sum = rounder.round(scaled + rounder.round(e.at(row % e.height(), 0)));
            double ofWeight = 0;
            double[] weights = m.base().row(row);
            for (int j = 0; j < weights.length; j++) {
                ofWeight += weights[j] * rounder.round(c.at(j % c.height(), 0));
            }
            values[0] += rounder.round(sum + rounder.round(ofWeight));
        };
    }
}
