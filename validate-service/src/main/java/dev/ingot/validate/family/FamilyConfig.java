package dev.ingot.validate.family;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonNull;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import dev.ingot.checkpoint.model.ModelConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The part of a config.json that describes the model of text, with what it leaves out as transformers' config class has it: text_config of a
 * multimodal model often has only what differs. Names are those that most classes use ({@code hidden_size} for GPT-2's {@code n_embd}).
 */
final class FamilyConfig {
    private static final JsonObject CLASSES = classes();
    private static final Set<String> ACTIVATIONS = Set.of("hidden_act", "hidden_activation", "activation_function");

    private FamilyConfig() {}

    private static JsonObject classes() {
        try (InputStream json = FamilyConfig.class.getResourceAsStream("defaults.json")) {
            return Json.parseObject(json.readAllBytes(), "defaults.json");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param modelType whose class it is */
    static JsonObject of(ModelConfig config, String modelType) {
        JsonObject known = CLASSES.object(modelType).orElse(JsonObject.empty());
        Map<String, JsonValue> members = new LinkedHashMap<>(
                known.object("defaults").orElse(JsonObject.empty()).members());
        members.putAll(config.text().members());
        members.keySet().removeIf(name -> isOfAnotherClass(name, known));
        known.object("names").orElse(JsonObject.empty()).members().forEach((usual, own) -> {
            JsonValue value = members.get(((JsonText) own).value());
            if (value != null) {
                members.putIfAbsent(usual, value);
            }
        });
        return new JsonObject(members);
    }

    /** A class reads its own name of the activation: Gemma's files have two. */
    private static boolean isOfAnotherClass(String name, JsonObject known) {
        JsonObject own = known.object("defaults").orElse(JsonObject.empty());
        return ACTIVATIONS.contains(name)
                && !own.has(name)
                && ACTIVATIONS.stream().anyMatch(own::has);
    }

    /** A positive whole number that has to be there. */
    static int whole(JsonObject config, String name) {
        if (config.get(name).filter(value -> !(value instanceof JsonNull)).isEmpty()) {
            throw new UnknownFamily("a config.json without " + name);
        }
        return config.integer(name)
                .filter(value -> value > 0 && value <= Integer.MAX_VALUE)
                .map(Long::intValue)
                .orElseThrow(() -> new UnknownFamily("a config.json whose " + name + " is no positive whole number"));
    }

    /** The names in a list of texts; none where there is no such list. */
    static List<String> texts(JsonObject config, String name) {
        return config.array(name).flatMap(array -> array.texts()).orElse(List.of());
    }
}
