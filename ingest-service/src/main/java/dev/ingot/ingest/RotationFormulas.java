package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.pipeline.plan.Arithmetic.Elementwise;
import dev.ingot.pipeline.plan.Arithmetic.Function;
import dev.ingot.pipeline.plan.Arithmetic.Mapped;
import dev.ingot.pipeline.plan.Arithmetic.Product;
import dev.ingot.pipeline.plan.Arithmetic.Rounded;
import dev.ingot.pipeline.plan.Arithmetic.Scaled;
import dev.ingot.pipeline.plan.Arithmetic.Sum;
import dev.ingot.pipeline.plan.Arrangement.BlockDiagonal;
import dev.ingot.pipeline.plan.Arrangement.HalfTurned;
import dev.ingot.pipeline.plan.Arrangement.Reshaped;
import dev.ingot.pipeline.plan.Arrangement.Slice;
import dev.ingot.pipeline.plan.Arrangement.Tiled;
import dev.ingot.pipeline.plan.LinearAlgebra.CappedRows;
import dev.ingot.pipeline.plan.LinearAlgebra.Cayley;
import dev.ingot.pipeline.plan.LinearAlgebra.GramSchmidt;
import dev.ingot.pipeline.plan.LinearAlgebra.Reflections;
import dev.ingot.pipeline.plan.LinearAlgebra.SkewOfUpper;
import dev.ingot.pipeline.plan.LinearAlgebra.SkewPart;
import dev.ingot.pipeline.plan.Matrix;
import java.util.Optional;

/** Types that turn the weight's rows or columns. */
final class RotationFormulas {
    private RotationFormulas() {}

    /** {@code W diag(R_1, R_2, …)ᵀ}: blocks of the inputs, each rotated by Cayley's map of a skew matrix. */
    static ModuleFormula oft(AdaptedModule module) {
        AdapterConfig config = module.config();
        Shape shape = module.shapeOf("oft_R");
        int stored = Math.toIntExact(shape.dim(0));
        int size = blockSize(Math.toIntExact(shape.dim(1)));
        int blocks = module.in() / size;
        if (blocks * size != module.in() || stored != 1 && stored != blocks) {
            throw module.unfit("%d blocks of %d do not make up its %d inputs".formatted(stored, size, module.in()));
        }
        Matrix upper = module.matrix("oft_R", stored, Math.toIntExact(shape.dim(1)));
        if (config.json().bool("coft").orElse(false)) {
            double limit = config.number("eps", 6e-5) / Math.sqrt(stored) / Math.sqrt(2);
            upper = new CappedRows(upper, (float) limit);
        }
        boolean series = config.json().bool("use_cayley_neumann").orElse(true);
        int terms = (int) config.number("num_cayley_neumann_terms", 5);
        // The exact map is (I - Q)(I + Q)⁻¹, that of -Q, while the series is that of Q; and both stand transposed.
        Matrix skew = new Scaled(new SkewOfUpper(upper, size), series ? -1 : 1);
        Matrix rotations = new Cayley(skew, series ? Math.max(terms, 1) : 0);
        Matrix all = new BlockDiagonal(new Tiled(rotations, module.in(), size), blocks);
        return ModuleFormula.ofWeight(module.become(new Product(module.base(), all)));
    }

    /** b, from the b (b - 1) / 2 elements above the diagonal. */
    private static int blockSize(int upper) {
        return (int) Math.round((1 + Math.sqrt(1 + 8.0 * upper)) / 2);
    }

    /** {@code (W Mᵀ) . s}, M the rotations of the blocks; one factor, which needs no permutation. */
    static ModuleFormula boft(AdaptedModule module) {
        Shape shape = module.shapeOf("boft_R");
        if (shape.rank() != 4 || shape.dim(0) != 1) {
            throw new RefusedInput(
                    "adapter.unsupported-option",
                    "The adapter was trained with boft_n_butterfly_factor=%d; this version of Ingot merges one factor."
                            .formatted(shape.dim(0)),
                    "merge it with PEFT on the dequantized base, or train with boft_n_butterfly_factor=1");
        }
        int blocks = Math.toIntExact(shape.dim(1));
        int size = Math.toIntExact(shape.dim(2));
        if (blocks * size != module.in()) {
            throw module.unfit("%d blocks of %d do not make up its %d inputs".formatted(blocks, size, module.in()));
        }
        Matrix skew = new SkewPart(module.matrix("boft_R", blocks * size, size));
        // C = (I - S)(I + S)⁻¹ is the map of -S; transposed it is that of S.
        Matrix turned = new Product(module.base(), new BlockDiagonal(new Cayley(skew, 0), blocks));
        Matrix scale = module.overRows(module.matrix("boft_s", module.out(), 1));
        return ModuleFormula.ofWeight(module.become(new Elementwise(turned, scale)));
    }

    /** {@code W (I - 2 u₁u₁ᵀ)(I - 2 u₂u₂ᵀ)…}. */
    static ModuleFormula hra(AdaptedModule module) {
        int rank = Math.toIntExact(module.shapeOf("hra_u").dim(1));
        Matrix u = module.matrix("hra_u", module.in(), rank);
        boolean orthogonal = module.config().json().bool("apply_GS").orElse(false);
        Matrix reflections = new Reflections(orthogonal ? new GramSchmidt(u) : u);
        return ModuleFormula.ofWeight(module.become(new Product(module.base(), reflections)));
    }

    /** Pairs of rows of W, and of elements of the bias, turned and stretched; the rotation is rounded first. */
    static ModuleFormula road(AdaptedModule module) {
        int group = (int) module.config().number("group_size", 64);
        if (module.out() % group != 0) {
            throw module.unfit("groups of %d do not make up its %d outputs".formatted(group, module.out()));
        }
        Turn turn = Turn.of(module, module.config().json().text("variant").orElse("road_1"), group);
        Matrix weight = turn.of(module.base(), module.in());
        return ModuleFormula.of(
                module.become(weight), module.biased() ? Optional.of(turn.of(module.bias(), 1)) : Optional.empty());
    }

    /** What a row takes of itself, and of its partner in the other half of the group: [out, 1] each. */
    private record Turn(Matrix same, Matrix other, int group) {
        static Turn of(AdaptedModule module, String variant, int group) {
            int out = module.out();
            return switch (variant) {
                case "road_1" -> {
                    Matrix theta = spread(module, "road_theta", group);
                    Matrix alpha = spread(module, "road_alpha", group);
                    yield of(theta, alpha, theta, alpha, group);
                }
                case "road_2" -> {
                    Matrix theta = module.matrix("road_theta", out, 1);
                    Matrix alpha = module.matrix("road_alpha", out, 1);
                    yield of(theta, alpha, theta, alpha, group);
                }
                case "road_4" ->
                    of(
                            half(module, "road_theta", group, 0),
                            half(module, "road_alpha", group, 0),
                            half(module, "road_theta", group, group),
                            half(module, "road_alpha", group, group),
                            group);
                default -> throw module.unfit("its variant of RoAd is '" + variant + "'");
            };
        }

        private static Turn of(Matrix theta, Matrix alpha, Matrix otherTheta, Matrix otherAlpha, int group) {
            return new Turn(
                    new Rounded(new Elementwise(alpha, new Mapped(theta, Function.COS))),
                    new Rounded(new Elementwise(otherAlpha, new Mapped(otherTheta, Function.SIN))),
                    group);
        }

        /** One value for each pair: the two halves of a group share it. */
        private static Matrix spread(AdaptedModule module, String tensor, int group) {
            int groups = module.out() / group;
            return new Reshaped(new Tiled(module.matrix(tensor, groups, group / 2), groups, group), module.out(), 1);
        }

        private static Matrix half(AdaptedModule module, String tensor, int group, int first) {
            int groups = module.out() / group;
            return new Reshaped(
                    new Slice(module.matrix(tensor, groups, 2 * group), 0, groups, first, group), module.out(), 1);
        }

        Matrix of(Matrix rows, int columns) {
            return new Sum(
                    new Elementwise(new Tiled(same, rows.rows(), columns), rows),
                    new Elementwise(new Tiled(other, rows.rows(), columns), new HalfTurned(rows, group)));
        }
    }
}
