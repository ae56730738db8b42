package dev.ingot.checkpoint.loading;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.loading.ModelClass.NestedModel;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which modules the model classes of one transformers generation consist of, as {@code conformance/modules/write.py} dumped them from transformers
 * itself.
 */
final class ModuleTable {
    private static final String FILE = "modules.json";

    private final String version;
    private final List<String> texts;
    private final JsonObject classes;
    private final JsonObject bodies;

    private ModuleTable(String version, List<String> texts, JsonObject classes, JsonObject bodies) {
        this.version = version;
        this.texts = texts;
        this.classes = classes;
        this.bodies = bodies;
    }

    /** The table of a generation, read once. */
    static ModuleTable of(TransformersGeneration generation) {
        return Tables.READ.get(generation);
    }

    /** The release that was dumped: {@code 4.57.6}. */
    String version() {
        return version;
    }

    /** The class of this name. */
    Optional<ModelClass> find(String name) {
        return classes.object(name).map(json -> read(name, json));
    }

    /** The body of models of a type, as it stands inside larger ones. */
    Optional<ModelClass> bodyOf(String modelType) {
        return bodies.text(modelType).flatMap(this::find);
    }

    /** The language model of a type, for a config that names no architecture. */
    Optional<ModelClass> languageModelOf(String modelType) {
        return classes.members().keySet().stream()
                .filter(name -> name.endsWith("ForCausalLM") || name.endsWith("LMHeadModel"))
                .filter(name -> classes.object(name)
                        .flatMap(json -> json.text("type"))
                        .filter(modelType::equals)
                        .isPresent())
                .findFirst()
                .flatMap(this::find);
    }

    private ModelClass read(String name, JsonObject json) {
        List<String> skips = texts(json, "skips");
        return new ModelClass(
                name,
                json.text("type").orElseThrow(),
                json.text("prefix").orElseThrow(),
                kinds(json),
                skips,
                json.has("tied") ? texts(json, "tied") : skips,
                json.bool("tie").orElse(false),
                texts(json, "float32"),
                texts(json, "float32Strict"),
                numbered(json, "float32Own"),
                texts(json, "ignored"),
                nested(json),
                renames(json));
    }

    private Map<String, ModuleKind> kinds(JsonObject json) {
        Map<String, ModuleKind> kinds = new HashMap<>();
        for (String group : numbered(json, "modules")) {
            String[] words = group.split(" ");
            String parent = words[1].equals("-") ? "" : words[1] + ".";
            for (int i = 2; i < words.length; i++) {
                kinds.merge(parent + words[i], ModuleKind.ofCode(words[0]), (a, b) -> ModuleKind.AMBIGUOUS);
            }
        }
        return kinds;
    }

    private Map<String, String> renames(JsonObject json) {
        Map<String, String> renames = new HashMap<>();
        for (String rule : numbered(json, "renames")) {
            int at = rule.indexOf('>');
            renames.put(rule.substring(0, at), rule.substring(at + 1));
        }
        return renames;
    }

    private static Map<String, NestedModel> nested(JsonObject json) {
        Map<String, NestedModel> nested = new HashMap<>();
        JsonObject places = json.object("nested").orElse(JsonObject.empty());
        for (String place : places.members().keySet()) {
            List<String> pair = texts(places, place);
            nested.put(place, new NestedModel(pair.get(0), pair.get(1)));
        }
        return nested;
    }

    private List<String> numbered(JsonObject json, String member) {
        List<String> found = new ArrayList<>();
        json.array(member).map(JsonArray::values).orElse(List.of()).forEach(value -> {
            if (value instanceof JsonNumber number) {
                found.add(texts.get(Math.toIntExact(number.asLong())));
            }
        });
        return found;
    }

    private static List<String> texts(JsonObject json, String member) {
        return json.array(member).flatMap(JsonArray::texts).orElse(List.of());
    }

    /** Reads the resource on first use: most runs never need it. */
    private static final class Tables {
        static final Map<TransformersGeneration, ModuleTable> READ = read();

        private static Map<TransformersGeneration, ModuleTable> read() {
            JsonObject document = Json.parseObject(bytes(), FILE);
            List<String> texts = ModuleTable.texts(document, "texts");
            Map<TransformersGeneration, ModuleTable> tables = new HashMap<>();
            document.array("generations").orElseThrow().values().forEach(value -> {
                JsonObject json = (JsonObject) value;
                String version = ((JsonText) json.get("transformers").orElseThrow()).value();
                tables.put(
                        TransformersGeneration.ofVersion(version).orElseThrow(),
                        new ModuleTable(
                                version,
                                texts,
                                json.object("classes").orElseThrow(),
                                json.object("bodies").orElseThrow()));
            });
            return Map.copyOf(tables);
        }

        private static byte[] bytes() {
            try (InputStream in = ModuleTable.class.getResourceAsStream(FILE)) {
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
