package dev.ingot.validate.adapter;

import dev.ingot.arithmetic.adapter.AddedRows;
import dev.ingot.arithmetic.adapter.Reals;
import dev.ingot.arithmetic.adapter.RowFormula;
import dev.ingot.arithmetic.adapter.TurnedRows;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.validate.weights.Unmergeable;

/** Types that turn or mix the inputs of a weight. */
final class RotationTypes {
    private RotationTypes() {}

    static RowFormula oft(TrainedModule m) {
        AdapterConfig config = m.config();
        Reals upper = m.matrix("oft_R");
        int size = (int) Math.round((1 + Math.sqrt(1 + 8.0 * upper.columns())) / 2);
        boolean series = config.json().bool("use_cayley_neumann").orElse(true);
        int terms = Math.max(1, (int) config.number("num_cayley_neumann_terms", 5));
        double limit =
                config.json().bool("coft").orElse(false) ? config.number("eps", 6e-5) / Math.sqrt(upper.height()) : 0;
        return TurnedRows.orthogonal(upper, size, series ? terms : 0, limit);
    }

    static Reals boft(TrainedModule m) {
        Shape shape = m.shape("boft_R");
        if (shape.dim(0) != 1) {
            throw new Unmergeable("BOFT with %d factors".formatted(shape.dim(0)));
        }
        int size = (int) shape.dim(2);
        return m.matrix("boft_R", (int) shape.dim(1) * size, size);
    }

    static RowFormula shards(TrainedModule m, String tensor) {
        if (m.config().json().text("init_weights").orElse("").equals("bat")) {
            int size = (int) m.shape(tensor).dim(2);
            return TurnedRows.blocks(m.matrix(tensor, m.out(), size));
        }
        return AddedRows.shards(m.matrix(tensor));
    }
}
