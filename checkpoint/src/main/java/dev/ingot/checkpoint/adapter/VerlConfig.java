package dev.ingot.checkpoint.adapter;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.SmallFiles;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * {@code lora_train_meta.json}, which verl writes beside the files of its ranks: rank, alpha and task of a plain LoRA, all that verl lets its runs say. Which modules it
 * trained stands in the names of the tensors alone, as in verl's own merger.
 */
public final class VerlConfig {
    public static final String FILE = "lora_train_meta.json";
    private static final int MAX_BYTES = 1 << 16;

    private VerlConfig() {}

    /**
     * The same as PEFT's config would say it; empty where there is no such file.
     *
     * @throws RefusedInput {@code adapter.unknown-alpha} for an alpha that is missing or 0, which verl's tools write where they do not know it, {@code adapter.config}
     *     for a rank that is no whole number
     */
    public static Optional<JsonObject> read(FileSet files) throws IOException {
        Optional<byte[]> text = SmallFiles.readSmall(files, FILE, MAX_BYTES);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        JsonObject meta = Json.parseObject(text.get(), FILE + " in " + files.location());
        Map<String, JsonValue> members = new LinkedHashMap<>();
        members.put("peft_type", new JsonText("LORA"));
        meta.text("task_type").ifPresent(task -> members.put("task_type", new JsonText(task)));
        members.put("r", rank(meta, files.location()));
        members.put("lora_alpha", alpha(meta, files.location()));
        return Optional.of(new JsonObject(members));
    }

    private static JsonNumber rank(JsonObject meta, String where) {
        return meta.get("r")
                .filter(JsonNumber.class::isInstance)
                .map(JsonNumber.class::cast)
                .filter(rank -> rank.isWhole() && rank.asDouble() > 0)
                .orElseThrow(
                        () -> new RefusedInput(
                                "adapter.config",
                                "r in %s of %s is missing or no whole number above 0.".formatted(FILE, where),
                                "write the rank that the run was started with into the file, or name a config that has it (--adapter-config)"));
    }

    private static JsonNumber alpha(JsonObject meta, String where) {
        return meta.get("lora_alpha")
                .filter(JsonNumber.class::isInstance)
                .map(JsonNumber.class::cast)
                .filter(alpha -> Double.isFinite(alpha.asDouble()) && alpha.asDouble() != 0)
                .orElseThrow(
                        () -> new RefusedInput(
                                "adapter.unknown-alpha",
                                "lora_alpha in %s of %s is missing or 0, which verl writes where it does not know alpha."
                                        .formatted(FILE, where),
                                "write the alpha that the run was started with into the file, or name a config that has it (--adapter-config); alpha is never guessed"));
    }
}
