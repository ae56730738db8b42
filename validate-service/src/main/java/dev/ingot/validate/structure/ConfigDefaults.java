package dev.ingot.validate.structure;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonNull;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a config of a model type means by a member that it leaves out, as {@code conformance/configs/write.py} dumped it from transformers' classes. What
 * the class says is kept apart from what an instance of defaults derives of other members, for that is not true of every model of the type.
 */
final class ConfigDefaults {
    private static final String FILE = "config-defaults.json";

    private final boolean known;
    private final JsonObject names;
    private final JsonObject ofClass;
    private final JsonObject ofInstance;
    private final JsonObject layers;
    private final JsonObject inner;
    private final JsonObject converted;
    private final Optional<String> flat;
    private final JsonObject all;

    private ConfigDefaults(Optional<JsonObject> type) {
        this.known = type.isPresent();
        this.names = part(type, "names");
        this.ofClass = part(type, "class");
        this.ofInstance = part(type, "instance");
        this.layers = part(type, "layers");
        this.inner = part(type, "inner");
        this.converted = part(type, "converted");
        this.flat = type.flatMap(parts -> parts.text("flat"));
        Map<String, JsonValue> both = new LinkedHashMap<>(ofClass.members());
        both.putAll(ofInstance.members());
        this.all = new JsonObject(both);
    }

    private static JsonObject part(Optional<JsonObject> type, String name) {
        return type.flatMap(parts -> parts.object(name)).orElse(JsonObject.empty());
    }

    static ConfigDefaults of(String modelType) {
        return new ConfigDefaults(Once.TABLE.object(modelType));
    }

    /** Whether the type was dumped. */
    boolean known() {
        return known;
    }

    /** Whether the type's class has a member of this name. */
    boolean has(String name) {
        return all.has(name);
    }

    /** What the class says, whatever other members are; empty where that is nothing. */
    Optional<JsonValue> ofClass(String name) {
        return ofClass.get(name).filter(value -> !(value instanceof JsonNull));
    }

    /** What an instance of defaults has otherwise than the class says; empty where it derives nothing. */
    Optional<JsonValue> derived(String name) {
        return ofInstance.get(name).filter(value -> !(value instanceof JsonNull));
    }

    /** All that an instance of defaults has. */
    JsonObject json() {
        return all;
    }

    /** The class's own name of a member. */
    String own(String name) {
        return names.text(name).orElse(name);
    }

    /** Names that set the same member, the class's own first. */
    Set<String> spellings(String own) {
        Set<String> spellings = new LinkedHashSet<>(Set.of(own));
        names.members().forEach((usual, value) -> {
            if (value instanceof JsonText text && text.value().equals(own)) {
                spellings.add(usual);
            }
        });
        return spellings;
    }

    /** The type of the model whose config a member has, where that does not say. */
    Optional<String> inner(String member) {
        return inner.text(member);
    }

    /** The member that takes what a config without it says at its top; empty where the class reads no such config. */
    Optional<String> flat() {
        return flat;
    }

    /** What the class puts in the place of a value; empty where it takes it as it is. */
    Optional<JsonValue> converted(String member, JsonValue value) {
        return value instanceof JsonText text
                ? converted.object(member).flatMap(each -> each.get(text.value()))
                : Optional.empty();
    }

    /** How the class makes a list with an entry per layer; empty where that is not known. */
    Optional<LayerRule> layers(String member) {
        return layers.object(member).map(rule -> new LayerRule(rule, ofClass));
    }

    private static final class Once {
        static final JsonObject TABLE = Json.parseObject(bytes(), FILE);

        private static byte[] bytes() {
            try (InputStream in = ConfigDefaults.class.getResourceAsStream(FILE)) {
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
