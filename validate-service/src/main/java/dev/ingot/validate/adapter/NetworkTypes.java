package dev.ingot.validate.adapter;

import dev.ingot.arithmetic.Activations;
import dev.ingot.arithmetic.adapter.Reals;
import dev.ingot.arithmetic.adapter.RowFormula;
import dev.ingot.arithmetic.adapter.WholeRows;
import dev.ingot.validate.weights.Unmergeable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/** Types whose delta is what small trained maps make of the weight itself. */
final class NetworkTypes {
    private NetworkTypes() {}

    static RowFormula deft(TrainedModule m) {
        Reals p = m.matrix("deft_P");
        double scale = m.config()
                .json()
                .number("alpha")
                .map(alpha -> alpha / p.columns())
                .orElse(1.0);
        Reals r = m.has("deft_R") ? m.matrix("deft_R").map(x -> x * scale) : Reals.zeros(p.columns(), m.in());
        boolean orthonormal =
                m.config().json().text("decomposition_method").orElse("relu").equals("qr");
        return WholeRows.removed(p, r, orthonormal, m.base(), m.rounder());
    }

    static RowFormula peanut(TrainedModule m) {
        List<Reals> encoders = new ArrayList<>();
        List<Reals> decoders = new ArrayList<>();
        for (int i = 0; m.has("peanut_encoders." + i); i++) {
            encoders.add(m.matrix("peanut_encoders." + i));
            decoders.add(m.matrix("peanut_decoders." + i));
        }
        double scale = m.config().number("scaling", 1);
        return WholeRows.network(
                m.matrix("peanut_A"),
                m.matrix("peanut_B"),
                encoders,
                decoders,
                activation(m.config().json().text("act_fn").orElse("relu")),
                scale,
                m.base(),
                m.in(),
                m.rounder());
    }

    private static DoubleUnaryOperator activation(String name) {
        return switch (name) {
            case "relu" -> x -> Math.max(x, 0);
            case "leaky_relu" -> x -> x >= 0 ? x : 0.01 * x;
            case "tanh" -> Math::tanh;
            case "sigmoid" -> x -> 1 / (1 + Math.exp(-x));
            case "silu", "swish" -> x -> x / (1 + Math.exp(-x));
            case "gelu" -> x -> Activations.gelu((float) x);
            default -> throw new Unmergeable("PEANuT with the activation '" + name + "'");
        };
    }
}
