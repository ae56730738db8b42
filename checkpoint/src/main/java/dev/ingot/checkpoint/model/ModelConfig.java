package dev.ingot.checkpoint.model;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonBool;
import dev.ingot.checkpoint.json.JsonNull;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.SmallFiles;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * {@code config.json} as transformers 4 and 5 write it.
 *
 * @param json as it was read
 */
public record ModelConfig(JsonObject json) {
    public static final String FILE = "config.json";
    private static final String TIE = "tie_word_embeddings";
    private static final int MAX_BYTES = 4 << 20;

    /** Reads the config of a model folder; RefusedInput {@code base.no-config} when there is none. */
    public static ModelConfig read(FileSet files) throws IOException {
        byte[] text = SmallFiles.readSmall(files, FILE, MAX_BYTES)
                .orElseThrow(() -> new RefusedInput(
                        "base.no-config",
                        files.location() + " has no config.json.",
                        "name the folder of a Hugging Face checkpoint; an adapter's folder is no base"));
        ModelConfig config = new ModelConfig(Json.parseObject(text, FILE + " in " + files.location()));
        requireFlag(config.json());
        requireFlag(config.text());
        return config;
    }

    private static void requireFlag(JsonObject json) {
        boolean fits = json.get(TIE)
                .map(value -> value instanceof JsonBool || value instanceof JsonNull)
                .orElse(true);
        if (!fits) {
            throw new RefusedInput(
                    "base.config",
                    TIE + " in config.json of the base is neither true nor false.",
                    "correct config.json, or download it again");
        }
    }

    public String modelType() {
        return json.text("model_type").orElse("");
    }

    /** The first of {@code architectures}, or empty. */
    public String architecture() {
        return json.array("architectures")
                .flatMap(array -> array.texts())
                .filter(names -> !names.isEmpty())
                .map(List::getFirst)
                .orElse("");
    }

    /** The dtype of the whole model: {@code dtype} (transformers 5) or {@code torch_dtype} (4), also inside text_config. */
    public Optional<DType> dtype() {
        return json.text("dtype")
                .or(() -> json.text("torch_dtype"))
                .or(() -> text().text("dtype"))
                .or(() -> text().text("torch_dtype"))
                .flatMap(DType::ofTorchName);
    }

    /** The language model's part: {@code text_config} where there is one, else the whole. */
    public JsonObject text() {
        return json.object("text_config").orElse(json);
    }

    /** What the file says about tying, top level before text_config; empty when it says nothing. */
    public Optional<Boolean> tieWordEmbeddings() {
        return json.bool(TIE).or(() -> text().bool(TIE));
    }

    /**
     * Whether no level says that the ends are one matrix and one says that they are not. Of a multimodal model that stores no output embedding one
     * level is enough: transformers 4 reads text_config, 5 the top.
     */
    public boolean deniesTying() {
        boolean said = json.bool(TIE).isPresent() || text().bool(TIE).isPresent();
        return said && !json.bool(TIE).orElse(false) && !text().bool(TIE).orElse(false);
    }

    /** {@code quantization_config}, top level before text_config; empty for a base that is not said to be quantized. */
    public Optional<JsonObject> quantization() {
        return json.object("quantization_config").or(() -> text().object("quantization_config"));
    }

    /** A whole number of the language model ({@code hidden_size}); empty when absent. */
    public Optional<Long> integer(String name) {
        return text().integer(name);
    }
}
