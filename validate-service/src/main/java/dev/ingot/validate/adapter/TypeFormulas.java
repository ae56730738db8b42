package dev.ingot.validate.adapter;

import dev.ingot.arithmetic.Activations;
import dev.ingot.arithmetic.MersenneTwister;
import dev.ingot.arithmetic.adapter.AddedRows;
import dev.ingot.arithmetic.adapter.Reals;
import dev.ingot.arithmetic.adapter.RowFormula;
import dev.ingot.arithmetic.adapter.RowFormula.Rounder;
import dev.ingot.arithmetic.adapter.TurnedRows;
import dev.ingot.arithmetic.adapter.WholeRows;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.adapter.AdapterType;
import dev.ingot.validate.weights.Unmergeable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/** The formula of each type for a module's weight, by the files alone. */
final class TypeFormulas {
    private static final Rounder EXACT = value -> value;

    private TypeFormulas() {}

    /** Unmergeable where the type, or an option of it, is not known here. */
    static RowFormula weight(AdapterType type, TrainedModule m) {
        return switch (type) {
            case LORA, LN_TUNING, TRAINABLE_TOKENS, BEFT -> (row, values) -> {};
            case ADALORA -> adaLora(m);
            case LOHA -> loHa(m);
            case LOKR -> loKr(m);
            case IA3 -> ia3(m);
            case VERA -> vera(m, "vera", 1);
            case PVERA -> vera(m, "pvera", 2);
            case OFT -> oft(m);
            case BOFT -> TurnedRows.butterfly(boft(m), m.vector("boft_s"));
            case HRA ->
                TurnedRows.reflections(
                        m.matrix("hra_u"), m.config().json().bool("apply_GS").orElse(false));
            case MISS -> shards(m, "miss_block");
            case BONE -> shards(m, "bone_block");
            case SHIRA -> shira(m);
            case VBLORA -> VectorBanks.formula(m);
            case FOURIERFT ->
                AddedRows.fourier(
                        m.vector("fourierft_spectrum"),
                        (long) m.config().number("random_loc_seed", 777),
                        m.config().number("scaling", 150),
                        m.out(),
                        m.in());
            case RANDLORA -> randLora(m);
            case C3A -> c3a(m);
            case DELORA -> deLora(m);
            case ROAD -> RoadPairs.of(m).formula(m.base(), m.rounder());
            case GRALORA -> graLora(m);
            case OSF -> osf(m);
            case DEFT -> deft(m);
            case GLORA -> TurnedRows.general(GloraParts.weight(m, "A"), GloraParts.weight(m, "B"), m.rounder());
            case HIRA -> hiRa(m);
            case PEANUT -> peanut(m);
            case SUPERTUNING -> superTuning(m);
            case TINYLORA -> tinyLora(m);
        };
    }

    private static RowFormula adaLora(TrainedModule m) {
        double initial = m.config().number("init_r", 12);
        double alpha = m.config().number("lora_alpha", 8);
        double scale = (alpha > 0 ? alpha : initial) / (initial + 1e-5);
        Reals a = m.matrix("lora_A").scaledRows(m.vector("lora_E"));
        return AddedRows.lowRank(m.matrix("lora_B"), a, scale, EXACT);
    }

    private static double scale(TrainedModule m) {
        double alpha = m.config()
                .patterned("alpha_pattern", m.name())
                .orElse(m.config().number("alpha", 8));
        double rank =
                m.config().patterned("rank_pattern", m.name()).orElse(m.config().number("r", 8));
        return alpha / rank;
    }

    private static RowFormula loHa(TrainedModule m) {
        if (m.has("hada_t1")) {
            return AddedRows.elementwise(
                    tucker(m, "hada_t1", "hada_w1_a", "hada_w1_b"),
                    tucker(m, "hada_t2", "hada_w2_a", "hada_w2_b"),
                    scale(m));
        }
        return AddedRows.hadamard(
                m.matrix("hada_w1_a"), m.matrix("hada_w1_b"), m.matrix("hada_w2_a"), m.matrix("hada_w2_b"), scale(m));
    }

    /** {@code [p, q k] = sum_ij t[i, j, k] a[i, p] b[j, q]}. */
    private static Reals tucker(TrainedModule m, String core, String nameA, String nameB) {
        Shape shape = m.shape(core);
        int left = (int) shape.dim(0);
        int right = (int) shape.dim(1);
        int kernel = (int) (shape.elements() / left / right);
        Reals t = m.matrix(core, left * right, kernel);
        Reals a = m.matrix(nameA);
        Reals b = m.matrix(nameB);
        Reals weight = Reals.zeros(a.columns(), b.columns() * kernel);
        for (int i = 0; i < left; i++) {
            for (int j = 0; j < right; j++) {
                for (int p = 0; p < a.columns(); p++) {
                    for (int q = 0; q < b.columns() * kernel; q++) {
                        weight.row(p)[q] += t.at(i * right + j, q % kernel) * a.at(i, p) * b.at(j, q / kernel);
                    }
                }
            }
        }
        return weight;
    }

    private static RowFormula loKr(TrainedModule m) {
        Reals w1 =
                m.has("lokr_w1") ? m.matrix("lokr_w1") : m.matrix("lokr_w1_a").times(m.matrix("lokr_w1_b"));
        Reals w2 = m.has("lokr_w2")
                ? m.matrix("lokr_w2")
                : m.has("lokr_t2")
                        ? tucker(m, "lokr_t2", "lokr_w2_a", "lokr_w2_b")
                        : m.matrix("lokr_w2_a").times(m.matrix("lokr_w2_b"));
        return AddedRows.kronecker(w1, w2, scale(m));
    }

    private static RowFormula ia3(TrainedModule m) {
        return isFeedForward(m)
                ? TurnedRows.scaledInputs(m.vector("ia3_l"), m.kernel())
                : TurnedRows.scaledOutputs(m.vector("ia3_l"));
    }

    static boolean isFeedForward(TrainedModule m) {
        Shape shape = m.shape("ia3_l");
        return shape.rank() == 2
                ? shape.dim(1) > 1
                : m.config().isSet("feedforward_modules")
                        && m.config().modules("feedforward_modules").contains(m.name());
    }

    /** @param parts 2 where the first half of the trained vector is a mean, and the second a variance that merging leaves out */
    private static RowFormula vera(TrainedModule m, String type, int parts) {
        double[] d = m.vector(type + "_lambda_d");
        int rank = d.length / parts;
        Reals a = cut(projection(m, type + "_A", d.length, true), rank, m.in());
        Reals b = cut(projection(m, type + "_B", rank, false), m.out(), rank);
        return AddedRows.lowRank(b.scaledRows(m.vector(type + "_lambda_b")), a.scaledRows(d), 1, EXACT);
    }

    private static Reals cut(Reals matrix, int rows, int columns) {
        Reals part = Reals.zeros(rows, columns);
        for (int i = 0; i < rows; i++) {
            System.arraycopy(matrix.row(i), 0, part.row(i), 0, columns);
        }
        return part;
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

    private static RowFormula oft(TrainedModule m) {
        AdapterConfig config = m.config();
        Reals upper = m.matrix("oft_R");
        int size = (int) Math.round((1 + Math.sqrt(1 + 8.0 * upper.columns())) / 2);
        boolean series = config.json().bool("use_cayley_neumann").orElse(true);
        int terms = Math.max(1, (int) config.number("num_cayley_neumann_terms", 5));
        double limit =
                config.json().bool("coft").orElse(false) ? config.number("eps", 6e-5) / Math.sqrt(upper.height()) : 0;
        return TurnedRows.orthogonal(upper, size, series ? terms : 0, limit);
    }

    private static Reals boft(TrainedModule m) {
        Shape shape = m.shape("boft_R");
        if (shape.dim(0) != 1) {
            throw new Unmergeable("BOFT with %d factors".formatted(shape.dim(0)));
        }
        int size = (int) shape.dim(2);
        return m.matrix("boft_R", (int) shape.dim(1) * size, size);
    }

    private static RowFormula shards(TrainedModule m, String tensor) {
        if (m.config().json().text("init_weights").orElse("").equals("bat")) {
            int size = (int) m.shape(tensor).dim(2);
            return TurnedRows.blocks(m.matrix(tensor, m.out(), size));
        }
        return AddedRows.shards(m.matrix(tensor));
    }

    private static RowFormula shira(TrainedModule m) {
        double[] values = m.vector("shira_weight");
        long[] indices = m.indices("shira_indices");
        long[] places = new long[values.length];
        for (int k = 0; k < places.length; k++) {
            places[k] = indices[k] * m.in() + indices[places.length + k];
        }
        return AddedRows.scattered(places, values, EXACT);
    }

    private static RowFormula superTuning(TrainedModule m) {
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

    private static RowFormula randLora(TrainedModule m) {
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

    private static RowFormula c3a(TrainedModule m) {
        Shape shape = m.shape("c3a_kernel");
        Reals kernels = m.matrix("c3a_kernel", (int) (shape.dim(0) * shape.dim(1)), (int) shape.dim(2));
        return AddedRows.circulant(kernels, (int) shape.dim(1), m.rounder());
    }

    private static RowFormula deLora(TrainedModule m) {
        Reals a = m.matrix("delora_A");
        Reals columnsOfB = m.matrix("delora_B").transposed();
        double[] factors = new double[a.height()];
        for (int k = 0; k < factors.length; k++) {
            double norms = Math.max(a.norm(k), 1e-4) * Math.max(columnsOfB.norm(k), 1e-4);
            factors[k] = m.vector("delora_lambda")[0] / factors.length / norms;
        }
        double[] widths = m.vector("delora_w_norm");
        Reals right = a.scaledRows(factors).transposed().scaledRows(widths).transposed();
        return AddedRows.lowRank(m.matrix("delora_B"), right, 1, m.rounder());
    }

    private static RowFormula graLora(TrainedModule m) {
        Shape shape = m.shape("gralora_A");
        int k = (int) shape.dim(0);
        int rank = (int) shape.dim(2);
        int hybrid = (int) m.config().number("hybrid_r", 0);
        double scale = m.config().number("alpha", 64) / (rank + hybrid);
        RowFormula blocks = AddedRows.granular(
                m.matrix("gralora_A", m.in(), rank), m.matrix("gralora_B", k * rank, m.out() / k), k, scale);
        if (hybrid == 0) {
            return blocks;
        }
        RowFormula general =
                AddedRows.lowRank(m.matrix("gralora_B_general"), m.matrix("gralora_A_general"), scale, EXACT);
        return (row, values) -> {
            blocks.train(row, values);
            general.train(row, values);
        };
    }

    private static RowFormula osf(TrainedModule m) {
        WholeDecompositions.requireFeasible("OSF", m.out(), m.in());
        return WholeRows.trailing(
                m.matrix("osf_svd_params.U_low"),
                m.vector("osf_svd_params.S_low"),
                m.matrix("osf_svd_params.V_low"),
                m.base(),
                m.rounder());
    }

    private static RowFormula deft(TrainedModule m) {
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

    private static RowFormula hiRa(TrainedModule m) {
        return m.has("hira_embedding_A")
                ? TurnedRows.highRank(
                        m.matrix("hira_embedding_A").transposed(),
                        m.matrix("hira_embedding_B").transposed(),
                        m.rounder())
                : TurnedRows.highRank(m.matrix("hira_B"), m.matrix("hira_A"), m.rounder());
    }

    private static RowFormula peanut(TrainedModule m) {
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

    private static RowFormula tinyLora(TrainedModule m) {
        int rank = (int) m.shape("tinylora_A").dim(0);
        Reals parts = m.matrix("tinylora_P");
        Reals v = m.shared("tinylora_v." + LayerGroups.of(m), 1, parts.height());
        double[] core = v.times(parts).row(0);
        Reals square = Reals.zeros(rank, rank);
        for (int i = 0; i < core.length; i++) {
            square.row(i / rank)[i % rank] = core[i];
        }
        return AddedRows.lowRank(m.matrix("tinylora_B").times(square), m.matrix("tinylora_A"), 1, EXACT);
    }
}
