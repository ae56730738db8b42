package dev.ingot.validate;

import dev.ingot.arithmetic.FourBitCode;
import dev.ingot.arithmetic.FourBitQuantization;
import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonBool;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import dev.ingot.validate.TinyRun.Architecture;
import dev.ingot.validate.weights.ModuleDelta;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Ways to merge wrongly, each with the gate that has to find it. */
enum MergeMutation {
    LAYER_DROPPED(deltas -> deltas.keySet().removeIf(module -> module.contains("layers.1."))),
    MODULE_DROPPED(deltas -> deltas.remove(Names.QUERY)),
    ALL_DROPPED(Map::clear),
    TRANSPOSED(deltas -> deltas.computeIfPresent(Names.QUERY, (module, delta) -> Names.turned(delta))),
    SCALE_DOUBLED(deltas -> deltas.replaceAll((module, delta) -> Names.scaled(delta, 2))),
    ANOTHER_ALPHA(deltas -> deltas.replaceAll((module, delta) -> Names.scaled(delta, 33f / 32))),
    ROOT_OF_RANK(deltas -> deltas.replaceAll((module, delta) -> Names.scaled(delta, (float) Math.sqrt(delta.rank())))),
    NEGATIVE(deltas -> deltas.replaceAll((module, delta) -> Names.scaled(delta, -1))),
    LEFT_FACTORS_EXCHANGED(deltas -> {
        ModuleDelta one = deltas.get(Names.QUERY);
        ModuleDelta other = deltas.get(Names.OTHER_QUERY);
        deltas.put(Names.QUERY, Names.with(one, one.left(), other.right(), one.scale()));
        deltas.put(Names.OTHER_QUERY, Names.with(other, other.left(), one.right(), other.scale()));
    }),
    LAYERS_DELTAS_EXCHANGED(deltas -> Names.exchange(deltas, Names.QUERY, Names.OTHER_QUERY)),
    QUERY_AND_KEY_EXCHANGED(deltas -> Names.exchange(deltas, Names.QUERY, Names.KEY)),
    KEY_AND_VALUE_EXCHANGED(deltas -> Names.exchange(deltas, Names.KEY, Names.VALUE)),
    GATE_AND_UP_EXCHANGED(Kind.EVERY, "weights") {
        @Override
        ReferenceMerge merge(TinyRun run) throws IOException {
            return deltas(
                    run,
                    deltas -> Names.exchange(
                            deltas,
                            run.architecture().gate(0),
                            run.architecture().up(0)));
        }
    },
    GATE_AND_UP_TENSORS_EXCHANGED(Kind.EVERY, "weights") {
        @Override
        void change(TinyRun run, ReferenceMerge merge) {
            Names.exchangeTensors(
                    merge, run.architecture().gate(1), run.architecture().up(1));
        }
    },
    KEY_AND_VALUE_TENSORS_EXCHANGED(Kind.EVERY, "weights") {
        @Override
        void change(TinyRun run, ReferenceMerge merge) {
            Names.exchangeTensors(merge, Names.KEY, Names.VALUE);
        }
    },
    LAYERS_EXCHANGED(Kind.EVERY, "weights") {
        @Override
        void change(TinyRun run, ReferenceMerge merge) {
            merge.tensors.all().keySet().stream()
                    .filter(name -> name.contains("layers.0."))
                    .map(name -> name.substring(0, name.lastIndexOf('.')))
                    .toList()
                    .forEach(module -> Names.exchangeTensors(merge, module, module.replace("layers.0.", "layers.1.")));
        }
    },
    EXPERTS_EXCHANGED(Kind.EXPERTS, "weights") {
        @Override
        void change(TinyRun run, ReferenceMerge merge) {
            for (String projection : List.of("w1", "w2", "w3")) {
                Names.exchangeTensors(
                        merge, Architecture.expert(0, 0) + projection, Architecture.expert(0, 2) + projection);
            }
        }
    },
    EXPERTS_DELTAS_EXCHANGED(Kind.EXPERTS, "weights") {
        @Override
        ReferenceMerge merge(TinyRun run) throws IOException {
            return deltas(
                    run,
                    deltas ->
                            Names.exchange(deltas, Architecture.expert(1, 1) + "w2", Architecture.expert(1, 2) + "w2"));
        }
    },
    ROUTER_TAKEN_FROM_ANOTHER_LAYER(Kind.EXPERTS, "weights") {
        @Override
        void change(TinyRun run, ReferenceMerge merge) {
            Names.exchangeTensors(
                    merge, "model.layers.0.block_sparse_moe.gate", "model.layers.1.block_sparse_moe.gate");
        }
    },
    EXPERTS_PER_TOKEN(Kind.EXPERTS, "structure", config -> config.with(List.of("num_experts_per_tok"), number("1"))),
    APPLIED_TWICE(Kind.EVERY, "weights") {
        @Override
        ReferenceMerge merge(TinyRun run) throws IOException {
            Path once = ReferenceMerge.of(run.base(), run.adapter())
                    .write(run.base().resolveSibling("once"));
            return ReferenceMerge.of(once, run.adapter());
        }
    },
    ADAPTER_OF_ANOTHER_CHECKPOINT(Kind.EVERY, "weights") {
        @Override
        ReferenceMerge merge(TinyRun run) throws IOException {
            Path folder = run.base().getParent();
            TinyRun other = TinyRun.write(folder, run.architecture(), DType.BF16, 8, 0.05);
            return ReferenceMerge.of(run.base(), other.adapter());
        }
    },
    THROUGH_EIGHT_BITS(Kind.EVERY, "weights") {
        @Override
        void change(TinyRun run, ReferenceMerge merge) {
            Names.each(merge, MergeMutation::throughEightBits);
        }
    },
    THROUGH_FOUR_BITS(Kind.EVERY, "weights") {
        @Override
        void change(TinyRun run, ReferenceMerge merge) {
            Names.each(merge, MergeMutation::throughFourBits);
        }
    },
    THROUGH_FLOAT16(Kind.EVERY, "weights") {
        @Override
        void change(TinyRun run, ReferenceMerge merge) {
            Names.each(merge, values -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = Rounding.to(DType.F16, values[i]);
                }
            });
        }
    },
    HEADS_PERMUTED(Kind.EVERY, "weights") {
        @Override
        void change(TinyRun run, ReferenceMerge merge) {
            float[] rows = merge.tensors.get(Names.QUERY + ".weight").floats();
            rotate(rows, rows.length / TinyRun.HEADS);
        }
    },
    EMBEDDING_ROWS_PERMUTED(Kind.EVERY, "weights") {
        @Override
        void change(TinyRun run, ReferenceMerge merge) {
            rotate(merge.tensors.get(Names.EMBEDDING).floats(), TinyRun.HIDDEN);
        }
    },
    TENSOR_ZEROED(Kind.EVERY, "weights") {
        @Override
        void change(TinyRun run, ReferenceMerge merge) {
            Arrays.fill(merge.tensors.get(Names.VALUE + ".weight").floats(), 0);
        }
    },
    NOT_A_NUMBER(Kind.EVERY, "weights") {
        @Override
        void change(TinyRun run, ReferenceMerge merge) {
            merge.tensors.get(Names.QUERY + ".weight").floats()[17] = Float.NaN;
        }
    },
    INFINITE(Kind.EVERY, "weights") {
        @Override
        void change(TinyRun run, ReferenceMerge merge) {
            merge.tensors.get("model.norm.weight").floats()[17] = Float.NEGATIVE_INFINITY;
        }
    },
    ONE_BIT_FLIPPED(Kind.EVERY, "weights") {
        @Override
        void change(TinyRun run, ReferenceMerge merge) {
            flip(merge.tensors.get(Names.QUERY + ".weight").floats(), 33);
        }
    },
    ONE_BIT_OF_AN_UNTOUCHED_TENSOR_FLIPPED(Kind.EVERY, "weights") {
        @Override
        void change(TinyRun run, ReferenceMerge merge) {
            flip(merge.tensors.get(Names.EMBEDDING).floats(), 777);
        }
    },
    NORM_NOT_TAKEN(Kind.EVERY, "weights") {
        @Override
        void change(TinyRun run, ReferenceMerge merge) {
            Arrays.fill(
                    merge.tensors.get("model.layers.1.input_layernorm.weight").floats(), 1);
        }
    },
    HEAD_TIED_AGAIN(Kind.TIED, "structure") {
        @Override
        void change(TinyRun run, ReferenceMerge merge) {
            merge.tensors.remove(Names.HEAD);
            merge.config = merge.config.with(List.of("tie_word_embeddings"), new JsonBool(true));
        }
    },
    HEAD_WITHOUT_ITS_DELTA(Kind.TIED, "weights") {
        @Override
        ReferenceMerge merge(TinyRun run) throws IOException {
            return deltas(run, deltas -> deltas.remove("lm_head"));
        }
    },
    HEAD_LEFT_OUT(Kind.EVERY, "structure") {
        @Override
        void change(TinyRun run, ReferenceMerge merge) {
            merge.tensors.remove(Names.HEAD);
        }
    },
    UNTIED_BASE_TIED(
            Kind.EVERY, "structure", config -> config.with(List.of("tie_word_embeddings"), new JsonBool(true))),
    QUANTIZATION_CONFIG_LEFT(
            Kind.EVERY, "structure", config -> config.with(List.of("quantization_config"), JsonObject.empty())),
    ANOTHER_EPSILON(Kind.EVERY, "structure", config -> config.with(List.of("rms_norm_eps"), number("1e-6"))),
    EPSILON_LEFT_OUT(Kind.NOT_OF_DEFAULT_EPSILON, "structure", config -> config.without(List.of("rms_norm_eps"))),
    ANOTHER_THETA(Kind.EVERY, "structure", config -> config.with(List.of("rope_theta"), number("500000.0"))),
    SCALED_POSITIONS(
            Kind.EVERY,
            "structure",
            config -> config.with(
                    List.of("rope_scaling"),
                    JsonObject.empty()
                            .with(List.of("rope_type"), new JsonText("linear"))
                            .with(List.of("factor"), number("2.0")))),
    ANOTHER_DEPTH(Kind.EVERY, "structure", config -> config.with(List.of("num_hidden_layers"), number("1"))),
    ANOTHER_NUMBER_OF_HEADS(
            Kind.EVERY, "structure", config -> config.with(List.of("num_attention_heads"), number("8"))),
    ANOTHER_ACTIVATION(Kind.EVERY, "structure", config -> config.with(List.of("hidden_act"), new JsonText("gelu"))),
    A_DTYPE_THAT_NO_TENSOR_HAS(
            Kind.EVERY, "structure", config -> config.with(List.of("torch_dtype"), new JsonText("float16"))),
    ANOTHER_CLASS(
            Kind.EVERY,
            "structure",
            config -> config.with(
                    List.of("architectures"),
                    new JsonArray(List.<JsonValue>of(new JsonText("LlamaForTokenClassification"))))),
    VOCABULARY_CUT(Kind.EVERY, "structure") {
        @Override
        void change(TinyRun run, ReferenceMerge merge) {
            Tensors.Values all = merge.tensors.get(Names.EMBEDDING);
            int rows = (int) all.shape().dim(0) - 8;
            merge.tensors.put(
                    Names.EMBEDDING,
                    all.dtype(),
                    Shape.of(rows, TinyRun.HIDDEN),
                    Arrays.copyOf(all.floats(), rows * TinyRun.HIDDEN));
            merge.config = merge.config.with(List.of("vocab_size"), number(Integer.toString(rows)));
        }
    },
    TENSOR_MISSING(Kind.EVERY, "structure") {
        @Override
        void change(TinyRun run, ReferenceMerge merge) {
            merge.tensors.remove(Names.KEY + ".weight");
        }
    },
    TENSOR_TOO_MANY(Kind.EVERY, "structure") {
        @Override
        void change(TinyRun run, ReferenceMerge merge) {
            merge.tensors.put("model.layers.0.self_attn.q_proj.bias", DType.BF16, Shape.of(2), new float[2]);
        }
    },
    MATRIX_TURNED(Kind.EVERY, "structure") {
        @Override
        void change(TinyRun run, ReferenceMerge merge) {
            String name = run.architecture().gate(0) + ".weight";
            Tensors.Values matrix = merge.tensors.get(name);
            merge.tensors.put(name, matrix.dtype(), matrix.shape().transposed(), matrix.floats());
        }
    };

    private final Kind kind;
    final String gate;
    private final UnaryOperator<JsonObject> config;
    private final Consumer<Map<String, ModuleDelta>> deltas;

    /** Which models it is possible on. */
    private enum Kind {
        EVERY,
        TIED,
        EXPERTS,
        /** Whose class has another epsilon than the config. */
        NOT_OF_DEFAULT_EPSILON
    }

    MergeMutation(Consumer<Map<String, ModuleDelta>> deltas) {
        this(Kind.EVERY, "weights", config -> config, deltas);
    }

    MergeMutation(Kind kind, String gate) {
        this(kind, gate, config -> config, deltas -> {});
    }

    MergeMutation(Kind kind, String gate, UnaryOperator<JsonObject> config) {
        this(kind, gate, config, deltas -> {});
    }

    MergeMutation(Kind kind, String gate, UnaryOperator<JsonObject> config, Consumer<Map<String, ModuleDelta>> deltas) {
        this.kind = kind;
        this.gate = gate;
        this.config = config;
        this.deltas = deltas;
    }

    boolean isPossibleOn(Architecture architecture) {
        return switch (kind) {
            case EVERY -> true;
            case TIED -> architecture == Architecture.QWEN3_TIED;
            case EXPERTS -> architecture.hasExperts();
            case NOT_OF_DEFAULT_EPSILON -> architecture != Architecture.MIXTRAL;
        };
    }

    /** The wrong merge. */
    ReferenceMerge merge(TinyRun run) throws IOException {
        ReferenceMerge merge = deltas(run, deltas);
        merge.config = config.apply(merge.config);
        change(run, merge);
        return merge;
    }

    void change(TinyRun run, ReferenceMerge merge) {}

    static ReferenceMerge deltas(TinyRun run, Consumer<Map<String, ModuleDelta>> change) throws IOException {
        return ReferenceMerge.of(run.base(), run.adapter(), all -> {
            change.accept(all);
            return all;
        });
    }

    static JsonNumber number(String text) {
        return new JsonNumber(text);
    }

    private static void rotate(float[] values, int by) {
        float[] before = values.clone();
        for (int i = 0; i < values.length; i++) {
            values[i] = before[(i + by) % values.length];
        }
    }

    /** The highest bit of the mantissa. */
    private static void flip(float[] values, int at) {
        values[at] = Float.intBitsToFloat(Float.floatToRawIntBits(values[at]) ^ 1 << 22);
    }

    private static void throughEightBits(float[] values) {
        float largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.round(values[i] * 127 / largest) * largest / 127;
        }
    }

    private static void throughFourBits(float[] values) {
        for (int start = 0; start < values.length; start += 64) {
            int end = Math.min(start + 64, values.length);
            float absmax = FourBitQuantization.absmax(values, start, end);
            for (int i = start; i < end; i++) {
                int nibble =
                        FourBitQuantization.nibble(FourBitCode.NF4, values[i], FourBitQuantization.reciprocal(absmax));
                values[i] = FourBitCode.NF4.value(nibble) * absmax;
            }
        }
    }

    /** Names and what is done with deltas and tensors by them. */
    private static final class Names {
        static final String QUERY = "model.layers.0.self_attn.q_proj";
        static final String OTHER_QUERY = "model.layers.1.self_attn.q_proj";
        static final String KEY = "model.layers.0.self_attn.k_proj";
        static final String VALUE = "model.layers.0.self_attn.v_proj";
        static final String EMBEDDING = "model.embed_tokens.weight";
        static final String HEAD = "lm_head.weight";

        static ModuleDelta scaled(ModuleDelta delta, float factor) {
            return with(delta, delta.left(), delta.right(), delta.scale() * factor);
        }

        static ModuleDelta with(ModuleDelta delta, String left, String right, float scale) {
            return new ModuleDelta(
                    delta.source(),
                    left,
                    delta.leftTransposed(),
                    right,
                    delta.rightTransposed(),
                    delta.rows(),
                    delta.columns(),
                    delta.rank(),
                    scale,
                    delta.rounded());
        }

        /** Of a square matrix. */
        static ModuleDelta turned(ModuleDelta delta) {
            return new ModuleDelta(
                    delta.source(),
                    delta.right(),
                    !delta.rightTransposed(),
                    delta.left(),
                    !delta.leftTransposed(),
                    delta.columns(),
                    delta.rows(),
                    delta.rank(),
                    delta.scale(),
                    delta.rounded());
        }

        static void exchange(Map<String, ModuleDelta> deltas, String one, String other) {
            deltas.put(one, deltas.put(other, deltas.get(one)));
        }

        static void exchangeTensors(ReferenceMerge merge, String one, String other) {
            Tensors.Values first = merge.tensors.get(one + ".weight");
            Tensors.Values second = merge.tensors.get(other + ".weight");
            merge.tensors.put(one + ".weight", second.dtype(), second.shape(), second.floats());
            merge.tensors.put(other + ".weight", first.dtype(), first.shape(), first.floats());
        }

        static void each(ReferenceMerge merge, Consumer<float[]> change) {
            merge.tensors.all().values().stream()
                    .filter(tensor -> tensor.shape().rank() > 1)
                    .forEach(tensor -> change.accept(tensor.floats()));
        }
    }
}
