package dev.ingot.checkpoint.names;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** What transformers itself knows of renamed tensors, as {@code conformance/names/write.py} dumped it. */
final class RenameTable {
    private static final String FILE = "renames.json";
    /** By which every list of rules ends. */
    static final String LEGACY = "legacy";

    private final Map<String, JsonArray> rules = new HashMap<>();
    private final Map<String, List<RenameRule>> compiled = new ConcurrentHashMap<>();
    private final JsonObject classes;
    private final JsonObject bodies;
    private final JsonObject older;

    private RenameTable(JsonObject document) {
        this.classes = document.object("classes").orElseThrow();
        this.bodies = document.object("bodies").orElseThrow();
        this.older = document.object("older").orElseThrow();
        for (JsonValue value : document.array("rules").orElseThrow().values()) {
            JsonObject group = (JsonObject) value;
            texts(group, "of")
                    .forEach(name -> rules.put(name, group.array("rules").orElseThrow()));
        }
    }

    /** The table, read on first use: most runs never need it. */
    static RenameTable get() {
        return Once.TABLE;
    }

    /** A model class: type of its config, base_model_prefix, and the models inside it in the order of its modules. */
    record ModelClass(String modelType, String prefix, List<Part> parts) {
        static final ModelClass UNKNOWN = new ModelClass("", "", List.of());
    }

    /**
     * A model inside a model.
     *
     * @param config members of the config that lead to its own, joined by dots; empty where it shares the config of what it is in
     */
    record Part(String path, String name, String modelType, String config) {}

    /** The rules of a class or model type; empty when it has no entry, which is not the same as an entry without rules. */
    Optional<List<RenameRule>> rulesOf(String name) {
        return Optional.ofNullable(rules.get(name))
                .map(json -> compiled.computeIfAbsent(name, ignored -> compile(json)));
    }

    Optional<ModelClass> classOf(String name) {
        return classes.array(name).map(RenameTable::modelClass);
    }

    /** Class of the body of models of a type, as it stands inside larger ones. */
    Optional<String> bodyOf(String modelType) {
        return bodies.text(modelType);
    }

    /** What transformers 4.52 to 4.57 made of a class's names: regular expressions in the order of trial, with what takes the place of a match. */
    Map<Pattern, String> olderOf(String name) {
        Map<Pattern, String> found = new LinkedHashMap<>();
        older.object(name)
                .map(JsonObject::members)
                .orElse(Map.of())
                .forEach((find, to) ->
                        found.put(Pattern.compile(find), ((JsonText) to).value().replaceAll("\\\\(\\d)", "\\$$1")));
        return found;
    }

    private static ModelClass modelClass(JsonArray json) {
        List<Part> parts = new ArrayList<>();
        for (JsonValue value : ((JsonArray) json.values().get(2)).values()) {
            List<String> part = ((JsonArray) value).texts().orElseThrow();
            parts.add(new Part(part.get(0), part.get(1), part.get(2), part.get(3)));
        }
        return new ModelClass(text(json, 0), text(json, 1), List.copyOf(parts));
    }

    private static String text(JsonArray json, int at) {
        return ((JsonText) json.values().get(at)).value();
    }

    private static List<RenameRule> compile(JsonArray json) {
        List<RenameRule> compiled = new ArrayList<>();
        for (JsonValue value : json.values()) {
            JsonObject rule = (JsonObject) value;
            Pattern find = Pattern.compile(rule.text("find").orElseThrow());
            List<String> to = texts(rule, "to");
            compiled.add(new RenameRule(
                    find,
                    to,
                    texts(rule, "values"),
                    rule.bool("guarded").orElse(false),
                    rule.integer("offset").orElse(0L).intValue(),
                    RenameRule.text(find, to)));
        }
        return List.copyOf(compiled);
    }

    private static List<String> texts(JsonObject json, String member) {
        return json.array(member).flatMap(JsonArray::texts).orElse(List.of());
    }

    private static final class Once {
        static final RenameTable TABLE = new RenameTable(Json.parseObject(bytes(), FILE));

        private static byte[] bytes() {
            try (InputStream in = RenameTable.class.getResourceAsStream(FILE)) {
                if (in == null) {
                    throw new IllegalStateException(FILE + " is part of this jar but not there");
                }
                return in.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
