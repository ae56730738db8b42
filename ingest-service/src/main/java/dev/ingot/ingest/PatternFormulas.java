package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.pipeline.plan.Arithmetic.BatchedProduct;
import dev.ingot.pipeline.plan.Arithmetic.Product;
import dev.ingot.pipeline.plan.Arithmetic.Quotient;
import dev.ingot.pipeline.plan.Arithmetic.Rounded;
import dev.ingot.pipeline.plan.Arithmetic.Scaled;
import dev.ingot.pipeline.plan.Arithmetic.Sum;
import dev.ingot.pipeline.plan.Arrangement.Circulant;
import dev.ingot.pipeline.plan.Arrangement.Reshaped;
import dev.ingot.pipeline.plan.Arrangement.Tiled;
import dev.ingot.pipeline.plan.Arrangement.Transposed;
import dev.ingot.pipeline.plan.Entries.Filled;
import dev.ingot.pipeline.plan.Entries.Fourier;
import dev.ingot.pipeline.plan.Entries.Scattered;
import dev.ingot.pipeline.plan.Matrix;

/** Types whose delta repeats a few numbers, or is empty nearly everywhere. */
final class PatternFormulas {
    private PatternFormulas() {}

    /** {@code W[o,i] += M[i mod r, o]}; "mini": M repeated along the outputs; "bat": see {@link #bat}. */
    static ModuleFormula miss(AdaptedModule module) {
        return shards(
                module,
                "miss_block",
                module.config().json().text("init_weights").orElse(""));
    }

    /** MiSS under its first name. */
    static ModuleFormula bone(AdaptedModule module) {
        return shards(
                module,
                "bone_block",
                module.config().json().text("init_weights").orElse(""));
    }

    private static ModuleFormula shards(AdaptedModule module, String tensor, String mode) {
        Shape shape = module.shapeOf(tensor);
        if (mode.equals("bat")) {
            return bat(module, tensor);
        }
        Matrix block = module.matrix(tensor, Math.toIntExact(shape.dim(0)), Math.toIntExact(shape.dim(1)));
        if (module.out() % block.columns() != 0) {
            throw module.unfit("%s of shape %s does not divide its %d outputs".formatted(tensor, shape, module.out()));
        }
        return ModuleFormula.ofWeight(module.plus(new Tiled(new Transposed(block), module.out(), module.in())));
    }

    /** Blocks of r x r: {@code W_oi + W_oi M_o + M_o}. */
    private static ModuleFormula bat(AdaptedModule module, String tensor) {
        int rank = Math.toIntExact(module.shapeOf(tensor).dim(1));
        int out = module.out();
        int in = module.in();
        if (out % rank != 0 || in % rank != 0) {
            throw module.unfit("blocks of %d do not divide it".formatted(rank));
        }
        Matrix blocks = module.matrix(tensor, out, rank);
        Matrix pieces = new Reshaped(module.base(), out * (in / rank), rank);
        Matrix turned = new Reshaped(new BatchedProduct(pieces, blocks, out / rank), out, in);
        Matrix delta = new Sum(turned, new Tiled(blocks, out, in));
        return ModuleFormula.ofWeight(module.become(new Sum(module.base(), delta)));
    }

    /** {@code W[row_k, column_k] += w_k}. */
    static ModuleFormula shira(AdaptedModule module) {
        int count = Math.toIntExact(module.shapeOf("shira_weight").elements());
        return ModuleFormula.ofWeight(module.plus(new Scattered(
                module.ref("shira_indices"), module.matrix("shira_weight", 1, count), module.out(), module.in())));
    }

    /** Values at flat places, and a low-rank product where there is one; each rounded to the base's dtype before it is added. */
    static ModuleFormula superTuning(AdaptedModule module) {
        AdapterConfig config = module.config();
        if (!module.has("supertuning_indices")) {
            throw new RefusedInput(
                    "adapter.unsupported-option",
                    "The adapter does not say which weights it trained (save_precomputed_indices=false).",
                    "load it with PEFT and save it again with save_precomputed_indices=true");
        }
        int count = Math.toIntExact(module.shapeOf("supertuning_values").elements());
        Matrix values = new Rounded(module.matrix("supertuning_values", 1, count));
        Matrix result =
                module.plus(new Scattered(module.ref("supertuning_indices"), values, module.out(), module.in()));
        if (!module.has("supertuning_lora_A")) {
            return ModuleFormula.ofWeight(result);
        }
        int rank = Math.toIntExact(module.shapeOf("supertuning_lora_A").dim(0));
        float scale = (float) (config.number("lora_alpha", 16) / rank);
        Matrix product = new Product(
                module.matrix("supertuning_lora_B", module.out(), rank),
                module.matrix("supertuning_lora_A", rank, module.in()));
        Matrix delta = new Rounded(new Scaled(product, scale));
        return ModuleFormula.ofWeight(
                new Sum(new Rounded(result), module.transposed() ? new Transposed(delta) : delta));
    }

    /** The inverse Fourier transform of a few coefficients at random places. */
    static ModuleFormula fourier(AdaptedModule module) {
        AdapterConfig config = module.config();
        int count = Math.toIntExact(module.shapeOf("fourierft_spectrum").elements());
        long seed = (long) config.number("random_loc_seed", 777);
        float scale = (float) config.number("scaling", 150);
        Matrix spectrum = module.matrix("fourierft_spectrum", 1, count);
        return ModuleFormula.ofWeight(module.plus(new Fourier(spectrum, seed, scale, module.out(), module.in())));
    }

    /** Circulant blocks, rounded, then divided by the number of inputs and rounded again. */
    static ModuleFormula c3a(AdaptedModule module) {
        Shape shape = module.shapeOf("c3a_kernel");
        int size = Math.toIntExact(shape.dim(2));
        int rows = Math.toIntExact(shape.dim(0));
        int columns = Math.toIntExact(shape.dim(1));
        if (rows * size != module.out() || columns * size != module.in()) {
            throw module.unfit("circulant blocks of shape %s do not make it up".formatted(shape));
        }
        Matrix circulant = new Circulant(module.matrix("c3a_kernel", rows * columns, size), rows, columns);
        Matrix inputs = new Filled(module.in(), module.out(), module.in());
        return ModuleFormula.ofWeight(module.plus(new Rounded(new Quotient(new Rounded(circulant), inputs))));
    }
}
