package dev.ingot.validate.structure;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonValue;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.SmallFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a folder says of its tokenizer beside the vocabulary: the texts of special tokens, and chat templates; in any of the files that tools write. */
record SpecialTokens(JsonObject config, JsonObject map, Map<String, String> templates) {
    private static final int MAX_BYTES = 16 << 20;
    private static final String TEMPLATE = "chat_template";
    private static final String DEFAULT = "default";

    SpecialTokens {
        templates = Map.copyOf(templates);
    }

    static SpecialTokens read(FileSet files) throws IOException {
        JsonObject config = object(files, "tokenizer_config.json").orElse(JsonObject.empty());
        JsonObject map = object(files, "special_tokens_map.json").orElse(JsonObject.empty());
        Map<String, String> templates = new TreeMap<>();
        templates.putAll(templates(config));
        object(files, "chat_template.json").ifPresent(processor -> templates.putAll(templates(processor)));
        SmallFiles.readSmall(files, "chat_template.jinja", MAX_BYTES)
                .ifPresent(text -> templates.put(DEFAULT, trimmed(new String(text, StandardCharsets.UTF_8))));
        return new SpecialTokens(config, map, templates);
    }

    /** Whether nothing is said of it, as beside a vocabulary that stands alone. */
    boolean isEmpty() {
        return config.equals(JsonObject.empty()) && map.equals(JsonObject.empty()) && templates.isEmpty();
    }

    private static Optional<JsonObject> object(FileSet files, String name) throws IOException {
        return SmallFiles.readSmall(files, name, MAX_BYTES)
                .map(text -> Json.parseObject(text, name + " in " + files.location()));
    }

    /** One text, or a list of named ones. */
    private static Map<String, String> templates(JsonObject json) {
        Map<String, String> found = new TreeMap<>();
        json.text(TEMPLATE).ifPresent(text -> found.put(DEFAULT, trimmed(text)));
        for (JsonValue named : json.array(TEMPLATE).map(JsonArray::values).orElse(List.of())) {
            if (named instanceof JsonObject one) {
                one.text("name")
                        .ifPresent(name ->
                                found.put(name, trimmed(one.text("template").orElse(""))));
            }
        }
        return found;
    }

    /** Jinja drops one line end at the end of a template. */
    private static String trimmed(String template) {
        return template.endsWith("\n") ? template.substring(0, template.length() - 1) : template;
    }

    /** The text of {@code eos_token} and its like; empty where no file names it. */
    Optional<String> token(String name) {
        return text(config, name).or(() -> text(map, name));
    }

    private static Optional<String> text(JsonObject json, String name) {
        return json.text(name).or(() -> json.object(name).flatMap(token -> token.text("content")));
    }

    /** Ids in a member that is one number or a list of them. */
    static List<Long> ids(JsonObject json, String name) {
        List<JsonValue> values = json.array(name)
                .map(JsonArray::values)
                .orElseGet(() -> json.get(name).stream().toList());
        return values.stream()
                .filter(value -> value instanceof JsonNumber number && number.isWhole())
                .map(value -> ((JsonNumber) value).asLong())
                .distinct()
                .sorted()
                .toList();
    }
}
