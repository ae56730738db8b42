package dev.ingot.validate.adapter;

import dev.ingot.arithmetic.MersenneTwister;
import dev.ingot.arithmetic.adapter.AddedRows;
import dev.ingot.arithmetic.adapter.Reals;
import dev.ingot.arithmetic.adapter.RowFormula;
import dev.ingot.arithmetic.adapter.RowFormula.Rounder;
import dev.ingot.checkpoint.Shape;

/** Types whose trained vectors scale matrices that were drawn at random, once for all modules. */
final class DrawnTypes {
    private static final Rounder EXACT = value -> value;

    private DrawnTypes() {}

    /** @param parts 2 where the first half of the trained vector is a mean, and the second a variance that merging leaves out */
    static RowFormula vera(TrainedModule m, String type, int parts) {
        double[] d = m.vector(type + "_lambda_d");
        int rank = d.length / parts;
        Reals a = cut(projection(m, type + "_A", d.length, true), rank, m.in());
        Reals b = cut(projection(m, type + "_B", rank, false), m.out(), rank);
        return AddedRows.lowRank(b.scaledRows(m.vector(type + "_lambda_b")), a.scaledRows(d), 1, EXACT);
    }

    static RowFormula randLora(TrainedModule m) {
        int least = Math.min(m.in(), m.out());
        int most = Math.max(m.in(), m.out());
        Reals a = m.shared().containsKey("randlora_A") ? RandomDraws.saved(m, "randlora_A") : RandomDraws.a(m);
        Reals b = m.shared().containsKey("randlora_B") ? RandomDraws.saved(m, "randlora_B") : RandomDraws.b(m);
        int rank = a.height();
        Reals lambda = m.matrix("randlora_lambda");
        Reals gamma = m.matrix("randlora_gamma");
        int inner = rank * gamma.height();
        Reals narrow = Reals.zeros(inner, least);
        for (int k = 0; k < inner; k++) {
            int i = k / gamma.height();
            int n = k % gamma.height();
            for (int j = 0; j < least; j++) {
                narrow.row(k)[j] = lambda.at(i, n) * a.at(i, j) * gamma.at(n, j);
            }
        }
        Reals tall = cut(b, most, inner);
        double scale = m.config().number("randlora_alpha", 640) / m.config().number("r", 32);
        return least == m.in()
                ? AddedRows.lowRank(tall, narrow, scale, m.rounder())
                : AddedRows.lowRank(narrow.transposed(), tall.transposed(), scale, m.rounder());
    }

    /** As it was saved, or drawn again: kaiming_uniform_ of A, then of B, from one seed. */
    private static Reals projection(TrainedModule m, String tensor, int rank, boolean first) {
        if (m.shared().containsKey(tensor)) {
            Shape shape = m.shapeOfShared(tensor);
            return m.shared(tensor, (int) shape.dim(0), (int) shape.dim(1));
        }
        int in = m.all().stream().mapToInt(TrainedModule.Extent::in).max().orElseThrow();
        int out = m.all().stream().mapToInt(TrainedModule.Extent::out).max().orElseThrow();
        MersenneTwister generator = new MersenneTwister((long) m.config().number("projection_prng_key", 0));
        int before = tensor.startsWith("pvera") ? 2 * rank : rank;
        generator.skip(first ? 0 : (long) before * in);
        Reals drawn = first ? Reals.zeros(rank, in) : Reals.zeros(out, rank);
        float bound = (float) Math.sqrt(6.0 / drawn.columns());
        for (int i = 0; i < drawn.height(); i++) {
            for (int j = 0; j < drawn.columns(); j++) {
                drawn.row(i)[j] = m.rounder().round(generator.nextUniform(-bound, bound));
            }
        }
        return drawn;
    }

    private static Reals cut(Reals matrix, int rows, int columns) {
        Reals part = Reals.zeros(rows, columns);
        for (int i = 0; i < rows; i++) {
            System.arraycopy(matrix.row(i), 0, part.row(i), 0, columns);
        }
        return part;
    }
}
