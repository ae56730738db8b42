package dev.ingot.ingest;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.adapter.LayerReplication;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonBool;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import dev.ingot.checkpoint.loading.TaskClass;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.pipeline.plan.ConfigEdit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * config.json of the merged checkpoint: the base's, with every edit on record.
 *
 * @param text of the file
 * @param edits against the base's
 */
record MergedConfig(String text, List<ConfigEdit> edits) {
    private static final String TIE = "tie_word_embeddings";
    private static final List<String> LAYER_COUNTS = List.of("num_hidden_layers", "n_layer");
    private static final List<String> LAYER_LISTS = List.of("layer_types", "mlp_layer_types", "no_rope_layers");

    /** Types that stock transformers loads without the code that {@code auto_map} points to. */
    private static final Set<String> NATIVE_TYPES = Set.of(
            "llama",
            "mistral",
            "mixtral",
            "qwen2",
            "qwen2_moe",
            "qwen3",
            "qwen3_moe",
            "gemma",
            "gemma2",
            "gemma3",
            "gemma3_text",
            "phi",
            "phi3",
            "gpt2",
            "gpt_neox",
            "gpt_oss",
            "falcon",
            "olmo",
            "olmo2",
            "stablelm",
            "starcoder2",
            "internlm2",
            "deepseek_v2",
            "deepseek_v3",
            "granite",
            "cohere",
            "cohere2",
            "smollm3",
            "opt",
            "bloom");

    /** Where there is no adapter: what is said of quantization and dtype. */
    static MergedConfig ofBase(BaseModel base, DType modelDType) {
        return plain(base.config(), modelDType).done();
    }

    /**
     * Where there is one.
     *
     * @param stored as it lies in the base's folder
     * @param base whose config names another class, where it is a body that gets its head
     */
    static MergedConfig of(
            ModelConfig stored,
            BaseModel base,
            Changes changes,
            Tying tying,
            Vocabulary vocabulary,
            LayerReplication replication,
            DType modelDType) {
        Editor editor = plain(stored, modelDType);
        if (!base.config().architecture().equals(stored.architecture())) {
            setClass(base.config().architecture(), editor);
        }
        if (tying.clearsFlags()) {
            editor.set(new JsonBool(false), TIE);
            if (base.config().json().object("text_config").isPresent()) {
                editor.set(new JsonBool(false), "text_config", TIE);
            }
        }
        if (!replication.isNone()) {
            setLayers(base.config(), replication.sources(), editor);
        }
        if (tying.decision().outputTied()) {
            setTied(base, editor);
        }
        if (vocabulary.resized()) {
            setVocabulary(base.config(), vocabulary.rows(), editor);
        }
        changes.task().ifPresent(task -> setClass(task, changes, editor));
        return editor.done();
    }

    /**
     * Where no head is stored, a config that leaves the flag to a class's default, or has it in text_config alone, is loaded tied by one
     * transformers and with a random head by another.
     */
    private static void setTied(BaseModel base, Editor editor) {
        JsonObject json = base.config().json();
        boolean stored = base.ends().filter(ends -> base.has(ends.output())).isPresent();
        if (!stored && !json.bool(TIE).orElse(false)) {
            editor.set(new JsonBool(true), TIE);
        }
        boolean denied = json.object("text_config")
                .flatMap(text -> text.bool(TIE))
                .filter(says -> !says)
                .isPresent();
        if (!stored && denied) {
            editor.set(new JsonBool(true), "text_config", TIE);
        }
    }

    private static Editor plain(ModelConfig stored, DType modelDType) {
        Editor editor = new Editor(stored.json());
        editor.remove("quantization_config");
        editor.remove("text_config", "quantization_config");
        stripAutoMap(stored, editor);
        setDType(stored, modelDType, editor);
        return editor;
    }

    private static void stripAutoMap(ModelConfig config, Editor editor) {
        if (config.json().has("auto_map")) {
            if (!NATIVE_TYPES.contains(config.modelType())) {
                throw new RefusedInput(
                        "base.custom-code",
                        "config.json of the base has an auto_map, and '%s' is not known to load without that code."
                                .formatted(config.modelType()),
                        "use a base whose class is part of transformers; Ingot copies no code");
            }
            editor.remove("auto_map");
        }
    }

    private static void setDType(ModelConfig config, DType dtype, Editor editor) {
        JsonText name = new JsonText(dtype.torchName());
        boolean old = config.json().has("torch_dtype");
        if (old) {
            editor.set(name, "torch_dtype");
        }
        if (!old || config.json().has("dtype")) {
            editor.set(name, "dtype");
        }
        for (String member : List.of("dtype", "torch_dtype")) {
            if (config.json()
                    .object("text_config")
                    .filter(text -> text.has(member))
                    .isPresent()) {
                editor.set(name, "text_config", member);
            }
        }
    }

    /** The number of layers, and what is listed for each of them. */
    private static void setLayers(ModelConfig config, List<Integer> sources, Editor editor) {
        for (String member : LAYER_COUNTS) {
            if (config.json().has(member)) {
                editor.set(JsonNumber.of(sources.size()), member);
            }
        }
        for (String member : LAYER_LISTS) {
            config.json()
                    .array(member)
                    .map(JsonArray::values)
                    .ifPresent(all -> editor.set(
                            new JsonArray(sources.stream().map(all::get).toList()), member));
        }
    }

    /** Where the base says it; in text_config, if it has one, else at the top, where it says nothing. */
    private static void setVocabulary(ModelConfig config, long rows, Editor editor) {
        Optional<JsonObject> inner = config.json().object("text_config");
        boolean top = config.json().has("vocab_size");
        if (top || inner.isEmpty()) {
            editor.set(JsonNumber.of(rows), "vocab_size");
        }
        if (inner.isPresent() && (!top || inner.get().has("vocab_size"))) {
            editor.set(JsonNumber.of(rows), "text_config", "vocab_size");
        }
    }

    private static void setClass(String architecture, Editor editor) {
        editor.set(new JsonArray(List.of(new JsonText(architecture))), "architectures");
    }

    private static void setClass(TaskClass task, Changes changes, Editor editor) {
        setClass(task.architecture(), editor);
        changes.added().entrySet().stream()
                .filter(added -> task.isPerLabel(added.getKey()))
                .findFirst()
                .ifPresent(added -> setLabels(
                        added.getValue().replacement().orElseThrow().shape().dim(0), editor));
    }

    private static void setLabels(long labels, Editor editor) {
        Map<String, JsonValue> idToLabel = new LinkedHashMap<>();
        Map<String, JsonValue> labelToId = new LinkedHashMap<>();
        for (long label = 0; label < labels; label++) {
            idToLabel.put(Long.toString(label), new JsonText("LABEL_" + label));
            labelToId.put("LABEL_" + label, JsonNumber.of(label));
        }
        editor.set(new JsonObject(idToLabel), "id2label");
        editor.set(new JsonObject(labelToId), "label2id");
    }

    /** Applies edits and keeps those that change something. */
    private static final class Editor {
        private JsonObject json;
        private final List<ConfigEdit> edits = new ArrayList<>();

        private Editor(JsonObject json) {
            this.json = json;
        }

        private MergedConfig done() {
            return new MergedConfig(Json.write(json), List.copyOf(edits));
        }

        private void set(JsonValue value, String... path) {
            JsonObject changed = json.with(List.of(path), value);
            if (!changed.equals(json)) {
                json = changed;
                edits.add(new ConfigEdit(List.of(path), Json.writeCompact(value)));
            }
        }

        private void remove(String... path) {
            JsonObject changed = json.without(List.of(path));
            if (!changed.equals(json)) {
                json = changed;
                edits.add(new ConfigEdit(List.of(path), null));
            }
        }
    }
}
