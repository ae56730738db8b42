package dev.ingot.checkpoint.safetensors;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * {@code model.safetensors.index.json}: which file holds which tensor.
 *
 * @param fileOf tensor name to file name, by tensor name
 */
public record ShardIndex(Map<String, String> fileOf) {
    public static final String FILE = "model.safetensors.index.json";

    public ShardIndex {
        fileOf = Collections.unmodifiableMap(new TreeMap<>(fileOf));
    }

    /** Parses an index; RefusedInput {@code index.*} when it has no weight_map or names a file outside the folder. */
    public static ShardIndex parse(byte[] utf8, String what) {
        JsonObject map = Json.parseObject(utf8, what)
                .object("weight_map")
                .orElseThrow(() -> refuse("weight-map", what + " has no weight_map."));
        Map<String, String> fileOf = new TreeMap<>();
        map.members().forEach((tensor, file) -> fileOf.put(tensor, fileName(what, tensor, file)));
        return new ShardIndex(fileOf);
    }

    /** The files that it names, sorted. */
    public List<String> files() {
        return List.copyOf(new TreeSet<>(fileOf.values()));
    }

    /** Text of the index; {@code total_size} in bytes and {@code total_parameters} as transformers writes them. */
    public static String write(Map<String, List<TensorSpec>> tensorsByFile) {
        Map<String, JsonValue> map = new TreeMap<>();
        long bytes = 0;
        long parameters = 0;
        for (Map.Entry<String, List<TensorSpec>> file : tensorsByFile.entrySet()) {
            for (TensorSpec tensor : file.getValue()) {
                map.put(tensor.name(), new JsonText(file.getKey()));
                bytes += tensor.bytes();
                parameters += tensor.shape().elements();
            }
        }
        Map<String, JsonValue> metadata = new LinkedHashMap<>();
        metadata.put("total_parameters", JsonNumber.of(parameters));
        metadata.put("total_size", JsonNumber.of(bytes));
        Map<String, JsonValue> index = new LinkedHashMap<>();
        index.put("metadata", new JsonObject(metadata));
        index.put("weight_map", new JsonObject(map));
        return Json.write(new JsonObject(index));
    }

    private static String fileName(String what, String tensor, JsonValue file) {
        if (file instanceof JsonText text && isPlainName(text.value())) {
            return text.value();
        }
        throw refuse("file-name", what + " says that " + tensor + " is in something that is no plain file name.");
    }

    private static boolean isPlainName(String name) {
        return !name.isEmpty()
                && !name.startsWith(".")
                && name.length() <= 255
                && name.chars().noneMatch(c -> c == '/' || c == '\\' || Character.isISOControl(c));
    }

    private static RefusedInput refuse(String code, String sentence) {
        return new RefusedInput("index." + code, sentence, "download the index again, or save the checkpoint again");
    }
}
