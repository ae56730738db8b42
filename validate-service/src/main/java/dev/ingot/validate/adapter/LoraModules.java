package dev.ingot.validate.adapter;

import dev.ingot.arithmetic.adapter.Reals;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.adapter.AdapterKey;
import dev.ingot.checkpoint.adapter.AdapterKey.Role;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonValue;
import dev.ingot.checkpoint.model.Conv1dModules;
import dev.ingot.validate.weights.CheckpointWeights;
import dev.ingot.validate.weights.TrainedRows;
import dev.ingot.validate.weights.Unmergeable;
import dev.ingot.validate.weights.WeightSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Reads the modules of a LoRA, and rows of tokens, that are more than a product beside a weight. */
public final class LoraModules {
    private static final String OUTPUT = ".base_layer.out_proj";

    private final AdapterConfig config;
    private final CheckpointWeights adapter;
    private final WeightSource base;
    private final String modelType;
    private final Map<String, TrainedRows> formulas = new LinkedHashMap<>();

    private LoraModules(AdapterConfig config, CheckpointWeights adapter, WeightSource base, String modelType) {
        this.config = config;
        this.adapter = adapter;
        this.base = base;
        this.modelType = modelType;
    }

    /** Whether a module's pair is a product beside its weight and nothing else; judged by config and base. */
    public static boolean isPlain(AdapterConfig config, WeightSource base, String module) {
        boolean matrix = base.shape(module + ".weight")
                .filter(shape -> shape.rank() == 2)
                .isPresent();
        boolean residual = !config.onResidual() && List.of("pissa", "olora").contains(config.initialization());
        return matrix && !residual && !config.isKasa() && !config.isSet("use_dora") && !config.isSet("use_bdlora");
    }

    /**
     * Formulas by tensor of the base, for every module that is not plain; Unmergeable for a module that the base has not.
     *
     * @param base with what the adapter saved whole in place of its own
     */
    public static Map<String, TrainedRows> read(
            AdapterConfig config,
            List<AdapterKey> keys,
            CheckpointWeights adapter,
            WeightSource base,
            String modelType) {
        LoraModules modules = new LoraModules(config, adapter, base, modelType);
        Map<String, Map<Role, String>> all = new LinkedHashMap<>();
        for (AdapterKey key : keys) {
            all.computeIfAbsent(key.module(), name -> new EnumMap<>(Role.class)).put(key.role(), key.raw());
        }
        all.forEach(modules::add);
        return modules.formulas;
    }

    private void add(String module, Map<Role, String> keys) {
        if (keys.containsKey(Role.TOKENS)) {
            addTokens(module, keys.get(Role.TOKENS));
        }
        if (keys.containsKey(Role.LORA_B_BIAS)) {
            addBias(module, keys.get(Role.LORA_B_BIAS));
        }
        if (keys.containsKey(Role.EMBEDDING_A) && !isPlain(config, base, module)) {
            addWeight(module, module + ".weight", keys, true);
        } else if (keys.containsKey(Role.LORA_A) && !isPlain(config, base, module)) {
            addLinear(module, keys);
        }
    }

    private void addLinear(String module, Map<Role, String> keys) {
        String input = module + ".in_proj_weight";
        if (base.shape(input).isPresent()) {
            addWeight(module, input, keys, false);
        } else if (module.endsWith(OUTPUT)) {
            String attention = module.substring(0, module.length() - OUTPUT.length());
            addWeight(attention, attention + ".out_proj.weight", keys, false);
        } else {
            addWeight(module, module + ".weight", keys, false);
        }
    }

    /** @param module whose rank and alpha count */
    private void addWeight(String module, String tensor, Map<Role, String> keys, boolean embedding) {
        Shape shape = base.shape(tensor)
                .orElseThrow(() -> new Unmergeable("an adapter on " + module + ", of which the base has no " + tensor));
        boolean turned = embedding || Conv1dModules.isConv1d(modelType, module);
        int rows = Math.toIntExact(shape.dim(0));
        int columns = Math.toIntExact(shape.elements() / rows);
        int rank = config.rankOf(module);
        Reals a = factor(key(keys, embedding ? Role.EMBEDDING_A : Role.LORA_A, module), rank, blocks("a", module));
        Reals b = factor(
                key(keys, embedding ? Role.EMBEDDING_B : Role.LORA_B, module),
                turned ? columns : rows,
                blocks("b", module));
        if (config.isKasa()) {
            a = a.scaledRows(vector(key(keys, Role.DIAGONAL, module)));
        }
        Reals left = turned ? a.transposed() : b;
        Reals right = turned ? b.transposed() : a;
        if (left.height() != rows || left.columns() != rank || right.height() != rank || right.columns() != columns) {
            throw new Unmergeable(
                    "factors on %s that do not fit its shape %s and rank %d".formatted(module, shape, rank));
        }
        boolean attention = !tensor.equals(module + ".weight");
        double[] magnitude = keys.containsKey(Role.MAGNITUDE) ? vector(keys.get(Role.MAGNITUDE)) : new double[0];
        boolean castFirst =
                attention || config.isSet("use_bdlora") || config.isKasa() || embedding && magnitude.length == 0;
        boolean output = attention && tensor.endsWith("out_proj.weight");
        LoraWeight weight = new LoraWeight(
                left,
                right,
                config.scaleOf(module),
                castFirst,
                output,
                embedding || config.onResidual() ? "" : config.isKasa() ? "kasa" : config.initialization(),
                magnitude,
                turned);
        formulas.put(tensor, new FormulaRows(base, tensor, rows, columns, false, weight::formula));
    }

    /** A matrix of so many rows, its blocks along the diagonal where it has more than one. */
    private Reals factor(String key, int rows, int blocks) {
        float[] values = floats(key);
        Reals stored = Reals.of(values, rows, values.length / rows);
        if (blocks == 1) {
            return stored;
        }
        int width = stored.columns();
        Reals full = Reals.zeros(rows, width * blocks);
        for (int i = 0; i < rows; i++) {
            System.arraycopy(stored.row(i), 0, full.row(i), i / (rows / blocks) * width, width);
        }
        return full;
    }

    private int blocks(String factor, String module) {
        Optional<JsonObject> options = config.json().object("use_bdlora");
        boolean named = options
                .flatMap(json -> json.array("target_modules_bd_" + factor))
                .flatMap(JsonArray::texts)
                .orElse(List.of())
                .stream()
                .anyMatch(module::contains);
        return named
                ? options.flatMap(json -> json.integer("nblocks")).orElse(1L).intValue()
                : 1;
    }

    private void addBias(String module, String key) {
        String tensor = module + ".bias";
        if (base.shape(tensor).isEmpty()) {
            throw new Unmergeable(key + ", for a bias that the base has not");
        }
        double[] added = vector(key);
        double scale = config.scaleOf(module);
        formulas.put(tensor, new FormulaRows(base, tensor, 1, added.length, false, (rows, rounder) -> (row, values) -> {
            for (int j = 0; j < values.length; j++) {
                values[j] += scale * added[j];
            }
        }));
    }

    private void addTokens(String module, String key) {
        String tensor = module + ".weight";
        Shape shape =
                base.shape(tensor).orElseThrow(() -> new Unmergeable(key + ", for an embedding that the base has not"));
        long[] tokens = tokens(module);
        Shape found = adapter.shape(key).orElseThrow();
        if (!found.equals(Shape.of(tokens.length, shape.columns()))) {
            throw new Unmergeable("%s of shape %s for %d tokens".formatted(key, found, tokens.length));
        }
        Reals rows = Reals.of(floats(key), tokens.length, Math.toIntExact(shape.columns()));
        int height = Math.toIntExact(shape.dim(0));
        formulas.put(
                tensor,
                new FormulaRows(base, tensor, height, rows.columns(), false, (unused, rounder) -> (row, values) -> {
                    IntStream.range(0, tokens.length)
                            .filter(k -> tokens[k] == row)
                            .forEach(k -> System.arraycopy(rows.row(k), 0, values, 0, values.length));
                }));
    }

    private long[] tokens(String module) {
        boolean alone = config.peftType().equals("TRAINABLE_TOKENS");
        Optional<JsonValue> said = config.json().get(alone ? "token_indices" : "trainable_token_indices");
        if (said.isPresent() && said.get() instanceof JsonObject byName) {
            said = byName.members().entrySet().stream()
                    .filter(entry -> ("." + config.trainedName(module)).endsWith("." + entry.getKey()))
                    .map(Map.Entry::getValue)
                    .findFirst();
        }
        return said
                .filter(JsonArray.class::isInstance)
                .flatMap(json -> ((JsonArray) json).wholes())
                .orElseThrow(() -> new Unmergeable("trained tokens of " + module + " that the config does not name"))
                .stream()
                .mapToLong(Long::longValue)
                .toArray();
    }

    private double[] vector(String key) {
        float[] values = floats(key);
        return Reals.of(values, 1, values.length).row(0);
    }

    private float[] floats(String key) {
        float[] values =
                new float[Math.toIntExact(adapter.shape(key).orElseThrow().elements())];
        try {
            adapter.floats(key, 0, values, values.length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return values;
    }

    private static String key(Map<Role, String> keys, Role role, String module) {
        String key = keys.get(role);
        if (key == null) {
            throw new Unmergeable("half a pair of factors on " + module);
        }
        return key;
    }
}
