package dev.ingot.ingest;

import dev.ingot.checkpoint.Shape;
import dev.ingot.pipeline.plan.Arithmetic.Elementwise;
import dev.ingot.pipeline.plan.Arithmetic.Kronecker;
import dev.ingot.pipeline.plan.Arithmetic.Product;
import dev.ingot.pipeline.plan.Arithmetic.Rounded;
import dev.ingot.pipeline.plan.Arithmetic.Scaled;
import dev.ingot.pipeline.plan.Arithmetic.Sum;
import dev.ingot.pipeline.plan.Arrangement.BlockTransposed;
import dev.ingot.pipeline.plan.Arrangement.Reshaped;
import dev.ingot.pipeline.plan.Arrangement.Tiled;
import dev.ingot.pipeline.plan.Arrangement.Transposed;
import dev.ingot.pipeline.plan.Matrix;
import java.util.Optional;

/** Types that multiply element by element, or by blocks. */
final class ProductFormulas {
    private ProductFormulas() {}

    /** {@code W + alpha / r (w1a w1b) . (w2a w2b)}. */
    static ModuleFormula loHa(AdaptedModule module) {
        Matrix delta = new Elementwise(loHaFactor(module, '1'), loHaFactor(module, '2'));
        return ModuleFormula.ofWeight(module.plus(new Scaled(delta, scale(module))));
    }

    private static Matrix loHaFactor(AdaptedModule module, char number) {
        String a = "hada_w" + number + "_a";
        String b = "hada_w" + number + "_b";
        String core = "hada_t" + number;
        if (module.has(core)) {
            return tucker(module, core, a, b);
        }
        int rank = Math.toIntExact(module.shapeOf(b).dim(0));
        return new Product(module.matrix(a, module.out(), rank), module.matrix(b, rank, module.in()));
    }

    /** A convolution's kernel in Tucker form: {@code sum_ij t[i,j,:] a[i,p] b[j,q]}, [out, in * kernel]. */
    private static Matrix tucker(AdaptedModule module, String core, String a, String b) {
        Shape shape = module.shapeOf(core);
        int left = Math.toIntExact(shape.dim(0));
        int right = Math.toIntExact(shape.dim(1));
        int kernel = Math.toIntExact(shape.elements() / left / right);
        int out = Math.toIntExact(module.shapeOf(a).dim(1));
        int in = Math.toIntExact(module.shapeOf(b).dim(1));
        Matrix t = module.matrix(core, left, right * kernel);
        Matrix overOut = new Product(new Transposed(module.matrix(a, left, out)), t);
        Matrix rows = new BlockTransposed(new Reshaped(overOut, out * right, kernel), right);
        Matrix overIn = new Product(rows, module.matrix(b, right, in));
        return new Reshaped(new BlockTransposed(overIn, kernel), out, in * kernel);
    }

    /** {@code W + alpha / r (w1 (x) w2)}, either of them a product where it is large. */
    static ModuleFormula loKr(AdaptedModule module) {
        Matrix w1 = module.has("lokr_w1") ? whole(module, "lokr_w1") : product(module, "lokr_w1");
        Matrix w2 = module.has("lokr_w2")
                ? whole(module, "lokr_w2")
                : module.has("lokr_t2")
                        ? tucker(module, "lokr_t2", "lokr_w2_a", "lokr_w2_b")
                        : product(module, "lokr_w2");
        Matrix delta = new Scaled(new Kronecker(w1, w2), scale(module));
        if (delta.rows() != module.out() || delta.columns() != module.in()) {
            throw module.unfit("its Kronecker product is %d x %d".formatted(delta.rows(), delta.columns()));
        }
        return ModuleFormula.ofWeight(module.plus(delta));
    }

    private static Matrix whole(AdaptedModule module, String tensor) {
        int rows = Math.toIntExact(module.shapeOf(tensor).dim(0));
        return module.matrix(
                tensor, rows, Math.toIntExact(module.shapeOf(tensor).elements() / rows));
    }

    private static Matrix product(AdaptedModule module, String tensor) {
        return new Product(whole(module, tensor + "_a"), whole(module, tensor + "_b"));
    }

    private static float scale(AdaptedModule module) {
        double alpha = module.config()
                .patterned("alpha_pattern", module.name())
                .orElse(module.config().number("alpha", 8));
        return (float) (alpha / module.config().rankOf(module.name()));
    }

    /** Rows of W and elements of the bias times l, or columns of W times l in feed-forward modules. */
    static ModuleFormula ia3(AdaptedModule module) {
        Shape shape = module.shapeOf("ia3_l");
        boolean overColumns = shape.rank() == 2 ? shape.dim(1) > 1 : isFeedForward(module);
        if (overColumns) {
            int inputs = module.in() / module.kernel();
            Matrix l = module.matrix("ia3_l", inputs, 1);
            Matrix row = new Reshaped(new Tiled(l, inputs, module.kernel()), 1, module.in());
            Matrix factors = new Tiled(row, module.out(), module.in());
            return ModuleFormula.ofWeight(module.become(new Elementwise(module.base(), factors)));
        }
        Matrix l = module.matrix("ia3_l", Math.toIntExact(shape.elements()), 1);
        return ModuleFormula.of(
                module.become(new Elementwise(module.base(), module.overRows(l))),
                module.biased() ? Optional.of(new Elementwise(module.bias(), l)) : Optional.empty());
    }

    private static boolean isFeedForward(AdaptedModule module) {
        return module.config().isSet("feedforward_modules")
                && module.config().modules("feedforward_modules").contains(module.name());
    }

    /** {@code W + W . (B A)}, the product rounded first. */
    static ModuleFormula hiRa(AdaptedModule module) {
        boolean embedding = module.has("hira_embedding_A");
        String a = embedding ? "hira_embedding_A" : "hira_A";
        String b = embedding ? "hira_embedding_B" : "hira_B";
        int rank = Math.toIntExact(module.shapeOf(a).dim(0));
        Matrix product = embedding
                ? new Product(
                        new Transposed(module.matrix(a, rank, module.out())),
                        new Transposed(module.matrix(b, module.in(), rank)))
                : new Product(module.matrix(b, module.out(), rank), module.matrix(a, rank, module.in()));
        Matrix factors = new Rounded(product);
        return ModuleFormula.ofWeight(
                module.become(new Sum(module.base(), new Rounded(new Elementwise(module.base(), factors)))));
    }

    /** {@code W + W . A + B} and {@code b + b . D + E + W C}, each part rounded to the base's dtype as PEFT computes in it. */
    static ModuleFormula gLora(AdaptedModule module) {
        Matrix scaled = new Rounded(new Elementwise(module.base(), gLoraPart(module, "glora_A")));
        Matrix sum = new Rounded(new Sum(scaled, gLoraPart(module, "glora_B")));
        return ModuleFormula.of(
                module.become(new Sum(module.base(), sum)),
                module.biased() && trainsBias(module) ? Optional.of(gLoraBias(module)) : Optional.empty());
    }

    private static boolean trainsBias(AdaptedModule module) {
        return !module.has("glora_C.zeros") || !module.has("glora_D.zeros") || !module.has("glora_E.zeros");
    }

    private static Matrix gLoraPart(AdaptedModule module, String path) {
        int out = module.out();
        int in = module.in();
        if (module.has(path + ".Xd")) {
            int rank = Math.toIntExact(module.shapeOf(path + ".Xd").dim(1));
            return new Rounded(
                    new Product(module.matrix(path + ".Xd", out, rank), module.matrix(path + ".Xu", rank, in)));
        }
        if (module.has(path + ".X")) {
            int rows = Math.toIntExact(module.shapeOf(path + ".X").elements());
            return new Tiled(new Rounded(module.matrix(path + ".X", rows, 1)), out, in);
        }
        return new Tiled(module.rowsOf(path + ".zeros", in), out, in);
    }

    private static Matrix gLoraBias(AdaptedModule module) {
        Matrix bias = module.bias();
        Matrix scaled = new Rounded(new Elementwise(bias, gLoraVector(module, "glora_D")));
        Matrix sum = new Rounded(new Sum(scaled, gLoraVector(module, "glora_E")));
        if (module.has("glora_C.zeros")) {
            return new Sum(bias, sum);
        }
        int in = module.in();
        Matrix c = module.has("glora_C.X")
                ? new Rounded(module.matrix("glora_C.X", in, 1))
                : new Rounded(new Product(
                        module.rowsOf(
                                "glora_C.Xd",
                                Math.toIntExact(module.shapeOf("glora_C.Xd").dim(1))),
                        module.rowsOf("glora_C.Xu", 1)));
        Matrix ofWeight = new Rounded(new Product(module.neighbour(), c));
        return new Sum(bias, new Rounded(new Sum(sum, ofWeight)));
    }

    private static Matrix gLoraVector(AdaptedModule module, String path) {
        boolean empty = module.has(path + ".zeros");
        String tensor = path + (empty ? ".zeros" : ".X");
        int count = Math.toIntExact(module.shapeOf(tensor).elements());
        return new Tiled(new Rounded(module.matrix(tensor, count, 1)), module.out(), 1);
    }

    /** {@code b + beft_bias}. */
    static ModuleFormula beft(AdaptedModule module) {
        if (!module.biased()) {
            throw module.unfit("BEFT trains biases, and the base has none here");
        }
        Matrix bias = new Sum(module.bias(), module.matrix("beft_bias", module.out(), 1));
        return new ModuleFormula(Optional.empty(), Optional.of(bias));
    }
}
