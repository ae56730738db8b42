package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.pipeline.plan.Arithmetic.BatchedProduct;
import dev.ingot.pipeline.plan.Arithmetic.Elementwise;
import dev.ingot.pipeline.plan.Arithmetic.Product;
import dev.ingot.pipeline.plan.Arithmetic.Rounded;
import dev.ingot.pipeline.plan.Arithmetic.Scaled;
import dev.ingot.pipeline.plan.Arithmetic.Sum;
import dev.ingot.pipeline.plan.Arrangement.BlockTransposed;
import dev.ingot.pipeline.plan.Arrangement.Reshaped;
import dev.ingot.pipeline.plan.Arrangement.Slice;
import dev.ingot.pipeline.plan.Arrangement.Stacked;
import dev.ingot.pipeline.plan.Arrangement.Tiled;
import dev.ingot.pipeline.plan.Arrangement.Transposed;
import dev.ingot.pipeline.plan.Entries.TopWeights;
import dev.ingot.pipeline.plan.LinearAlgebra.NormalizedRows;
import dev.ingot.pipeline.plan.LinearAlgebra.TopSoftmax;
import dev.ingot.pipeline.plan.Matrix;
import java.util.List;
import java.util.stream.IntStream;

/** Types that add a product of two narrow matrices, whose factors are made of other tensors. */
final class LowRankFormulas {
    /** Below it DeLoRA takes a norm for this. */
    private static final float DELORA_FLOOR = 1e-4f;

    private LowRankFormulas() {}

    /** {@code W + B (A . E) c / (init_r + 1e-5)}, c = lora_alpha, or init_r where that is not positive. */
    static ModuleFormula adaLora(AdaptedModule module) {
        AdapterConfig config = module.config();
        int rank = Math.toIntExact(module.shapeOf("lora_A").dim(0));
        double initial = config.number("init_r", 12);
        double alpha = config.number("lora_alpha", 8);
        float scale = (float) ((alpha > 0 ? alpha : initial) / (initial + 1e-5));
        Matrix right = new Elementwise(
                module.matrix("lora_A", rank, module.in()),
                new Tiled(module.matrix("lora_E", rank, 1), rank, module.in()));
        Matrix left = module.matrix("lora_B", module.out(), rank);
        return ModuleFormula.ofWeight(module.plus(new Scaled(new Product(left, right), scale)));
    }

    /** {@code W + (b . B) (d . A)}: A and B are random, shared by all modules and cut to size. */
    static ModuleFormula vera(AdaptedModule module) {
        int rank = Math.toIntExact(module.shapeOf("vera_lambda_d").elements());
        return scaledProjection(module, "vera", rank, rank);
    }

    /** As VeRA, with a distribution in place of {@code d . A x}, whose mean the first half of the rows is. */
    static ModuleFormula pvera(AdaptedModule module) {
        int twice = Math.toIntExact(module.shapeOf("pvera_lambda_d").elements());
        return scaledProjection(module, "pvera", twice / 2, twice);
    }

    private static ModuleFormula scaledProjection(AdaptedModule module, String type, int rank, int rows) {
        int in = module.in();
        int out = module.out();
        Projections projections = Projections.of(module, type, rank, rows);
        Matrix a = new Slice(projections.a(), 0, rank, 0, in);
        Matrix b = new Slice(projections.b(), 0, out, 0, rank);
        Matrix d = new Slice(module.matrix(type + "_lambda_d", rows, 1), 0, rank, 0, 1);
        Matrix left = new Elementwise(new Tiled(module.matrix(type + "_lambda_b", out, 1), out, rank), b);
        Matrix right = new Elementwise(new Tiled(d, rank, in), a);
        return ModuleFormula.ofWeight(module.plus(new Product(left, right)));
    }

    /** The two shared matrices, read or drawn again as torch drew them. */
    private record Projections(Matrix a, Matrix b) {
        static Projections of(AdaptedModule module, String type, int rank, int rows) {
            String nameA = type + "_A";
            String nameB = type + "_B";
            if (module.shared().containsKey(nameA)) {
                int in = Math.toIntExact(module.shapeOfShared(nameA).dim(1));
                int out = Math.toIntExact(module.shapeOfShared(nameB).dim(0));
                return new Projections(
                        module.shared(nameA, rows, in).orElseThrow(),
                        module.shared(nameB, out, rank).orElseThrow());
            }
            if (module.config().json().bool("save_projection").orElse(true)) {
                throw new RefusedInput(
                        "adapter.half-pair",
                        "The adapter says save_projection=true, but has no %s and %s.".formatted(nameA, nameB),
                        "save the adapter again; a part of it was lost");
            }
            long seed = (long) module.config().number("projection_prng_key", 0);
            int in = module.all().in();
            int out = module.all().out();
            // PEFT draws in float32 and moves the result to the dtype of the base's weights.
            return new Projections(
                    new Rounded(RandomBases.kaiming(seed, 0, in, rows, in)),
                    new Rounded(RandomBases.kaiming(seed, (long) rows * in, rank, out, rank)));
        }
    }

    /** {@code W + B A}, both made of vectors of one shared bank: each stretch of them is a weighted sum of its few best. */
    static ModuleFormula vbLora(AdaptedModule module) {
        Shape bank = module.shapeOfShared("vblora_vector_bank");
        int length = Math.toIntExact(bank.dim(1));
        int rank = (int) module.config().number("r", 4);
        Matrix a = new Reshaped(stretches(module, "vblora_logits_A", rank * module.in() / length), rank, module.in());
        Matrix b = stretches(module, "vblora_logits_B", module.out() / length * rank);
        return ModuleFormula.ofWeight(module.plus(new Product(new BlockTransposed(b, rank), a)));
    }

    private static Matrix stretches(AdaptedModule module, String tensor, int count) {
        Shape bank = module.shapeOfShared("vblora_vector_bank");
        int vectors = Math.toIntExact(bank.dim(0));
        Matrix weights = module.has(tensor)
                ? new TopSoftmax(module.matrix(tensor, count, vectors), (int)
                        module.config().number("topk", 2))
                : new TopWeights(
                        module.ref(tensor + "_topk_indices"), module.ref(tensor + "_topk_weights"), count, vectors);
        return new Product(
                weights,
                module.shared("vblora_vector_bank", vectors, Math.toIntExact(bank.dim(1)))
                        .orElseThrow());
    }

    /** {@code W + alpha / r sum_i B_i (lambda_i A) gamma_i}: random full-rank bases, shared and cut to size; the delta is rounded first. */
    static ModuleFormula randLora(AdaptedModule module) {
        RandomBases random = RandomBases.of(module);
        int least = Math.min(module.in(), module.out());
        int most = Math.max(module.in(), module.out());
        int rank = random.a().rows();
        int bases = Math.toIntExact(module.shapeOf("randlora_gamma").dim(0));
        Matrix a = new Slice(random.a(), 0, rank, 0, least);
        Matrix b = new Slice(random.b(), 0, most, 0, bases * rank);
        Matrix repeated = new Reshaped(new Tiled(a, rank, bases * least), rank * bases, least);
        Matrix lambda = new Tiled(module.matrix("randlora_lambda", rank * bases, 1), rank * bases, least);
        Matrix gamma = new Tiled(module.matrix("randlora_gamma", bases, least), rank * bases, least);
        Matrix product = new Product(b, new Elementwise(new Elementwise(lambda, repeated), gamma));
        Matrix delta = least == module.in() ? product : new Transposed(product);
        float scale = (float)
                (module.config().number("randlora_alpha", 640) / module.config().number("r", 32));
        return ModuleFormula.ofWeight(module.plus(new Rounded(new Scaled(delta, scale))));
    }

    /** {@code W + (B diag(lambda / (r |A_i| |B_i|)) A) . w_norm}: a bounded distance in a learned direction; the delta is rounded first. */
    static ModuleFormula deLora(AdaptedModule module) {
        int in = module.in();
        int rank = Math.toIntExact(module.shapeOf("delora_A").dim(0));
        Matrix a = new NormalizedRows(module.matrix("delora_A", rank, in), DELORA_FLOOR);
        Matrix columnsOfB = new Transposed(module.matrix("delora_B", module.out(), rank));
        Matrix b = new Transposed(new NormalizedRows(columnsOfB, DELORA_FLOOR));
        Matrix lambda = new Scaled(new Tiled(module.matrix("delora_lambda", 1, 1), rank, in), 1f / rank);
        Matrix norms = new Tiled(module.matrix("delora_w_norm", 1, in), rank, in);
        Matrix right = new Elementwise(new Elementwise(lambda, a), norms);
        return ModuleFormula.ofWeight(module.plus(new Rounded(new Product(b, right))));
    }

    /**
     * {@code W + alpha / (r + hybrid_r) (D + B_general A_general)}: k x k blocks of D, each a product of an A of its column and a B of its row, of
     * which every block takes another stretch.
     */
    static ModuleFormula graLora(AdaptedModule module) {
        Shape a = module.shapeOf("gralora_A");
        int k = Math.toIntExact(a.dim(0));
        int rank = Math.toIntExact(a.dim(2));
        int in = module.in();
        int out = module.out();
        int stretch = rank / k;
        Matrix allA = module.matrix("gralora_A", in, rank);
        Matrix allB = module.matrix("gralora_B", k * rank, out / k);
        List<Matrix> bands = IntStream.range(0, k)
                .<Matrix>mapToObj(j -> {
                    Matrix b = new Slice(allB, j * rank, rank, 0, out / k);
                    Matrix left = new Stacked(IntStream.range(0, k)
                            .<Matrix>mapToObj(n -> new Transposed(new Slice(b, n * stretch, stretch, 0, out / k)))
                            .toList());
                    Matrix right = new BlockTransposed(new Slice(allA, 0, in, j * stretch, stretch), in / k);
                    return besideOneAnother(new BatchedProduct(left, right, k), k);
                })
                .toList();
        Matrix delta = new Stacked(bands);
        int hybrid = (int) module.config().number("hybrid_r", 0);
        if (hybrid > 0) {
            Matrix general = new Product(
                    module.matrix("gralora_B_general", out, hybrid), module.matrix("gralora_A_general", hybrid, in));
            delta = new Sum(delta, general);
        }
        float scale = (float) (module.config().number("alpha", 64) / (rank + hybrid));
        return ModuleFormula.ofWeight(module.plus(new Scaled(delta, scale)));
    }

    /** A stack of {@code count} blocks, laid side by side. */
    static Matrix besideOneAnother(Matrix stack, int count) {
        int height = stack.rows() / count;
        Matrix turned = new BlockTransposed(stack, height);
        return new Transposed(new Reshaped(turned, turned.rows(), height));
    }

    /** {@code W + B (sum_i v_i P_i) A}, v shared by a group of layers. */
    static ModuleFormula tinyLora(AdaptedModule module) {
        int rank = Math.toIntExact(module.shapeOf("tinylora_A").dim(0));
        int count = Math.toIntExact(module.shapeOf("tinylora_P").dim(0));
        Matrix v = module.shared("tinylora_v." + TinyLoraGroups.of(module), 1, count)
                .orElseThrow(() -> module.unfit("its group of shared values is not in the file"));
        Matrix core = new Reshaped(new Product(v, module.matrix("tinylora_P", count, rank * rank)), rank, rank);
        Matrix left = new Product(module.matrix("tinylora_B", module.out(), rank), core);
        return ModuleFormula.ofWeight(module.plus(new Product(left, module.matrix("tinylora_A", rank, module.in()))));
    }
}
