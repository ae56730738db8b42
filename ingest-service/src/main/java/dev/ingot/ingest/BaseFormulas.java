package dev.ingot.ingest;

import dev.ingot.pipeline.plan.Arithmetic.Elementwise;
import dev.ingot.pipeline.plan.Arithmetic.Function;
import dev.ingot.pipeline.plan.Arithmetic.Mapped;
import dev.ingot.pipeline.plan.Arithmetic.Product;
import dev.ingot.pipeline.plan.Arithmetic.Rounded;
import dev.ingot.pipeline.plan.Arithmetic.Scaled;
import dev.ingot.pipeline.plan.Arithmetic.Sum;
import dev.ingot.pipeline.plan.Arrangement.Tiled;
import dev.ingot.pipeline.plan.Arrangement.Transposed;
import dev.ingot.pipeline.plan.LinearAlgebra.HouseholderQ;
import dev.ingot.pipeline.plan.LinearAlgebra.TrailingPart;
import dev.ingot.pipeline.plan.Matrix;
import java.util.Optional;

/** Types whose delta depends on the whole of the base's weight. */
final class BaseFormulas {
    private BaseFormulas() {}

    /** {@code W + U diag(S) V - (what U, S and V began as)}: the trailing singular part of W, its components rounded, is trained further. */
    static ModuleFormula osf(AdaptedModule module) {
        int rest = Math.toIntExact(module.shapeOf("osf_svd_params.S_low").elements());
        int kept = Math.min(module.in(), module.out()) - rest;
        if (kept < 0) {
            throw module.unfit("it has %d singular values too many".formatted(-kept));
        }
        Matrix u = module.matrix("osf_svd_params.U_low", module.out(), rest);
        Matrix s = new Tiled(module.matrix("osf_svd_params.S_low", 1, rest), module.out(), rest);
        Matrix v = module.matrix("osf_svd_params.V_low", rest, module.in());
        Matrix trained = new Product(new Elementwise(u, s), v);
        return ModuleFormula.ofWeight(module.become(new Sum(
                module.base(), new Sum(trained, new Scaled(new TrailingPart(module.base(), kept), -1)))));
    }

    /** {@code W + Q (s R - Tᵀ W)}: what W has along T is taken out along Q, and s R put in its place; with para nothing is. The delta is rounded first. */
    static ModuleFormula deft(AdaptedModule module) {
        int rank = Math.toIntExact(module.shapeOf("deft_P").dim(1));
        Matrix p = module.matrix("deft_P", module.out(), rank);
        boolean orthonormal = module.config()
                .json()
                .text("decomposition_method")
                .orElse("relu")
                .equals("qr");
        Matrix q = orthonormal ? new HouseholderQ(p) : p;
        Matrix t = orthonormal ? q : new Mapped(p, Function.RELU);
        Matrix inside = new Scaled(new Product(new Transposed(t), module.base()), -1);
        if (module.has("deft_R")) {
            float scale = (float) module.config()
                    .json()
                    .number("alpha")
                    .map(alpha -> alpha / rank)
                    .orElse(1.0)
                    .doubleValue();
            inside = new Sum(new Scaled(module.matrix("deft_R", rank, module.in()), scale), inside);
        }
        return ModuleFormula.ofWeight(module.plus(new Rounded(new Product(q, inside))));
    }

    /** {@code W + s B h(A W)}, rounded first: h an activation, and encoders and decoders with residuals between them. */
    static ModuleFormula peanut(AdaptedModule module) {
        int rank = Math.toIntExact(module.shapeOf("peanut_A").dim(0));
        Function function = function(module);
        Matrix hidden = new Mapped(new Product(module.matrix("peanut_A", rank, module.out()), module.base()), function);
        int pairs = 0;
        while (module.has("peanut_encoders." + pairs)) {
            pairs++;
        }
        Matrix[] residuals = new Matrix[pairs];
        for (int i = 0; i < pairs; i++) {
            residuals[i] = hidden;
            hidden = layer(module, "peanut_encoders." + i, hidden, function);
        }
        for (int i = 0; i < pairs; i++) {
            hidden = new Sum(layer(module, "peanut_decoders." + i, hidden, function), residuals[pairs - 1 - i]);
        }
        Matrix product = new Product(module.matrix("peanut_B", module.out(), rank), hidden);
        float scale = (float) module.config().number("scaling", 1);
        return ModuleFormula.ofWeight(module.plus(new Rounded(new Scaled(product, scale))));
    }

    private static Matrix layer(AdaptedModule module, String tensor, Matrix input, Function function) {
        return new Mapped(new Product(module.rowsOf(tensor, input.rows()), input), function);
    }

    private static Function function(AdaptedModule module) {
        String name = module.config().json().text("act_fn").orElse("relu");
        Optional<Function> known = switch (name) {
            case "relu" -> Optional.of(Function.RELU);
            case "gelu" -> Optional.of(Function.GELU);
            case "silu", "swish" -> Optional.of(Function.SILU);
            case "tanh" -> Optional.of(Function.TANH);
            case "sigmoid" -> Optional.of(Function.SIGMOID);
            case "leaky_relu" -> Optional.of(Function.LEAKY_RELU);
            default -> Optional.empty();
        };
        return known.orElseThrow(() -> module.unfit("its activation is '" + name + "'"));
    }
}
