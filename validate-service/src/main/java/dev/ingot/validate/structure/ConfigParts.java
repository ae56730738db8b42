package dev.ingot.validate.structure;

import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The configs of models inside of others, whichever release wrote them: the first files of some have the members of the model of text at the top, and
 * transformers 4 calls some towers as the whole.
 */
final class ConfigParts {
    private static final String TYPE = "model_type";

    private ConfigParts() {}

    /** A config with the members of its model of text in a part of their own, where its class reads them so. */
    static JsonObject of(JsonObject config, String type) {
        ConfigDefaults whole = ConfigDefaults.of(type);
        Optional<String> part = whole.flat().filter(name -> config.object(name).isEmpty());
        Optional<String> inner = part.flatMap(whole::inner);
        if (inner.isEmpty()) {
            return config;
        }
        ConfigDefaults text = ConfigDefaults.of(inner.get());
        Map<String, JsonValue> apart = new LinkedHashMap<>();
        Map<String, JsonValue> rest = new LinkedHashMap<>();
        config.members().forEach((name, value) -> {
            boolean ofText = text.has(text.own(name)) || RopeSettings.MEMBERS.contains(name);
            (ofText && !whole.has(name) ? apart : rest).put(name, value);
        });
        rest.put(part.get(), new JsonObject(apart));
        return new JsonObject(rest);
    }

    /**
     * A part with the type that its class has.
     *
     * @param name of the member whose value it is
     * @param defaults of the whole
     */
    static JsonObject typed(String name, JsonObject part, JsonObject whole, ConfigDefaults defaults) {
        Optional<String> own = part.text(TYPE).filter(type -> !whole.text(TYPE).equals(Optional.of(type)));
        return own.or(() -> defaults.inner(name))
                .map(type -> part.with(List.of(TYPE), new JsonText(type)))
                .orElse(part);
    }
}
