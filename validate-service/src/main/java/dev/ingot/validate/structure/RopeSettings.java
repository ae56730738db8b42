package dev.ingot.validate.structure;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonNull;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Rotary embedding as a config states it, whichever generation wrote it: {@code rope_theta}, {@code rope_scaling} and {@code rope_local_base_freq}
 * (transformers 4) or {@code rope_parameters} (5), for layers with full and with sliding attention.
 */
record RopeSettings(Map<String, String> full, Map<String, String> sliding) {
    /** Members of a config that are read here and nowhere else. */
    static final Set<String> MEMBERS =
            Set.of("rope_theta", "rope_scaling", "rope_parameters", "rope_local_base_freq", "partial_rotary_factor");

    private static final String FULL = "full_attention";
    private static final String SLIDING = "sliding_attention";
    private static final String THETA = "rope_theta";
    private static final String SHARE = "partial_rotary_factor";
    private static final String LOCAL = "rope_local_base_freq";

    RopeSettings {
        full = Map.copyOf(full);
        sliding = Map.copyOf(sliding);
    }

    static RopeSettings of(JsonObject config, ConfigDefaults defaults) {
        JsonObject known = defaults.json();
        Optional<JsonObject> said = present(config, "rope_parameters").or(() -> present(config, "rope_scaling"));
        Map<String, String> full = read(part(said, FULL), config, known, FULL);
        boolean apart = said.map(all -> all.has(SLIDING)).orElse(false);
        if (apart) {
            return new RopeSettings(full, read(part(said, SLIDING), config, known, SLIDING));
        }
        Optional<JsonValue> local = config.get(LOCAL).or(() -> known.get(LOCAL)).filter(RopeSettings::isSaid);
        return local.isPresent()
                ? new RopeSettings(full, Map.of(THETA, number(local.get()), "rope_type", "default"))
                : new RopeSettings(full, full);
    }

    private static Optional<JsonObject> present(JsonObject config, String name) {
        return config.object(name).filter(object -> !object.members().isEmpty());
    }

    private static JsonObject part(Optional<JsonObject> said, String kind) {
        return said.map(all -> all.object(kind).orElse(all)).orElse(JsonObject.empty());
    }

    private static Map<String, String> read(JsonObject said, JsonObject config, JsonObject known, String kind) {
        Map<String, String> read = new TreeMap<>();
        said.members().forEach((name, value) -> {
            if (isSaid(value) && !(value instanceof JsonObject)) {
                read.put(name, number(value));
            }
        });
        String type = said.text("rope_type").or(() -> said.text("type")).orElse("default");
        read.remove("type");
        read.put("rope_type", type.equals("mrope") ? "default" : type);
        JsonObject usual = part(present(known, "rope_parameters"), kind);
        for (String name : List.of(THETA, SHARE)) {
            Optional<JsonValue> other = config.get(name)
                    .filter(RopeSettings::isSaid)
                    .or(() -> usual.get(name).or(() -> known.get(name)).filter(RopeSettings::isSaid));
            other.ifPresent(value -> read.putIfAbsent(name, number(value)));
        }
        read.remove(SHARE, "1.0");
        return read;
    }

    private static boolean isSaid(JsonValue value) {
        return !(value instanceof JsonNull);
    }

    private static String number(JsonValue value) {
        return value instanceof JsonText text ? text.value() : Json.writeCompact(ConfigValues.normal(value));
    }

    /** In one line, for people. */
    String text() {
        return sliding.equals(full) ? text(full) : text(full) + ", in sliding layers " + text(sliding);
    }

    private static String text(Map<String, String> settings) {
        return new TreeMap<>(settings).toString();
    }
}
