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
import java.util.stream.Stream;

/** How each generation of transformers reads rotary settings from one config, with what its class says where it says nothing. */
final class RopeReading {
    private static final String FULL = "full_attention";
    private static final String SLIDING = "sliding_attention";
    private static final String PARAMETERS = "rope_parameters";
    private static final String SCALING = "rope_scaling";
    private static final String THETA = "rope_theta";
    private static final String LOCAL = "rope_local_base_freq";
    private static final String SHARE = "partial_rotary_factor";
    private static final String TRAINED = "original_max_position_embeddings";
    private static final String LONGEST = "max_position_embeddings";
    private static final Set<String> OF_A_TRAINED_LENGTH = Set.of("llama3", "yarn", "longrope");

    private final JsonObject config;
    private final JsonObject known;
    private final JsonObject usual;

    RopeReading(JsonObject config, ConfigDefaults defaults) {
        this.config = config;
        this.known = defaults.json();
        this.usual = known.object(PARAMETERS).orElse(JsonObject.empty());
    }

    /** Whether a member is there that transformers 4 reads, or none that 5 does. */
    boolean isForOlder() {
        return Stream.of(THETA, SCALING, LOCAL)
                        .anyMatch(name -> said(config, name).isPresent())
                || config.object(PARAMETERS).isEmpty();
    }

    /** As transformers 5 does: {@code convert_rope_params_to_dict}. */
    RopeSettings newer() {
        Optional<JsonObject> scaling =
                config.object(SCALING).filter(object -> !object.members().isEmpty());
        Optional<JsonObject> all = config.object(PARAMETERS);
        if (usual.has(SLIDING)) {
            JsonObject full = all.map(each -> each.object(FULL).orElse(JsonObject.empty()))
                    .orElseGet(() -> withoutBaseAndShare(part(usual, FULL)));
            JsonObject sliding = all.map(each -> each.object(SLIDING).orElse(JsonObject.empty()))
                    .orElseGet(() -> withoutBaseAndShare(part(usual, SLIDING)));
            return new RopeSettings(
                    newer(scaling.map(more -> replaced(full, more)).orElse(full), FULL, THETA),
                    newer(sliding, SLIDING, LOCAL));
        }
        JsonObject stated = scaling.or(() -> all).orElseGet(() -> withoutBaseAndShare(usual));
        return new RopeSettings(newer(part(stated, FULL), FULL, THETA), newer(part(stated, SLIDING), SLIDING, THETA));
    }

    private Map<String, String> newer(JsonObject stated, String kind, String base) {
        Map<String, String> read = read(stated, List.of("rope_type", "type"));
        JsonObject otherwise = part(usual, kind);
        first(said(config, base), said(otherwise, THETA), said(known, base)).ifPresent(v -> put(read, THETA, v));
        first(said(config, SHARE), said(otherwise, SHARE), said(known, SHARE)).ifPresent(v -> put(read, SHARE, v));
        if (known.has(TRAINED)) {
            first(said(config, TRAINED), said(known, TRAINED)).ifPresent(v -> replaceLength(read, v));
        }
        return complete(read);
    }

    /** As transformers 4 does, of which a class reads the base of a {@code rope_scaling} nowhere but at the top. */
    RopeSettings older() {
        JsonObject scaling =
                (config.has(SCALING) ? config : known).object(SCALING).orElse(JsonObject.empty());
        Map<String, String> full = read(withoutBaseAndShare(scaling), List.of("type", "rope_type"));
        first(said(config, THETA), said(known, THETA), said(part(usual, FULL), THETA))
                .ifPresent(v -> put(full, THETA, v));
        first(said(config, SHARE), said(known, SHARE)).ifPresent(v -> put(full, SHARE, v));
        said(config, TRAINED).or(() -> said(known, TRAINED)).ifPresent(v -> replaceLength(full, v));
        Map<String, String> complete = complete(full);
        return first(said(config, LOCAL), said(known, LOCAL))
                .map(local -> new RopeSettings(complete, Map.of(THETA, text(local), "rope_type", "default")))
                .orElseGet(() -> new RopeSettings(complete, complete));
    }

    private Map<String, String> read(JsonObject stated, List<String> typeNames) {
        Map<String, String> read = new TreeMap<>();
        stated.members().forEach((name, value) -> {
            if (!(value instanceof JsonNull) && !(value instanceof JsonObject)) {
                read.put(name, text(value));
            }
        });
        String type = typeNames.stream()
                .flatMap(name -> stated.text(name).stream())
                .findFirst()
                .orElse("default");
        read.remove("type");
        read.put("rope_type", usualName(type, stated));
        return read;
    }

    /** One name for each kind: Qwen's mrope is the default, Phi-3 once called longrope su and yarn, and towers know no other than axial. */
    private String usualName(String type, JsonObject stated) {
        boolean axial = usual.text("rope_type").equals(Optional.of("axial"));
        return switch (type) {
            case "default", "mrope" -> axial ? "axial" : "default";
            case "su" -> "longrope";
            case "yarn" -> stated.has("short_factor") ? "longrope" : "yarn";
            default -> type;
        };
    }

    private static void replaceLength(Map<String, String> read, JsonValue length) {
        if (isOfATrainedLength(read)) {
            read.put(TRAINED, text(length));
        }
    }

    private static boolean isOfATrainedLength(Map<String, String> read) {
        return OF_A_TRAINED_LENGTH.contains(read.get("rope_type"));
    }

    private Map<String, String> complete(Map<String, String> read) {
        if (isOfATrainedLength(read)) {
            first(said(config, LONGEST), said(known, LONGEST)).ifPresent(v -> put(read, TRAINED, v));
        }
        read.remove(SHARE, "1.0");
        return read;
    }

    private static void put(Map<String, String> read, String name, JsonValue value) {
        read.putIfAbsent(name, text(value));
    }

    private static JsonObject part(JsonObject all, String kind) {
        return all.object(kind).orElse(all);
    }

    private static JsonObject withoutBaseAndShare(JsonObject stated) {
        return stated.without(List.of(THETA)).without(List.of(SHARE));
    }

    private static JsonObject replaced(JsonObject stated, JsonObject more) {
        Map<String, JsonValue> both = new TreeMap<>(stated.members());
        both.putAll(more.members());
        return new JsonObject(both);
    }

    @SafeVarargs
    private static Optional<JsonValue> first(Optional<JsonValue>... values) {
        return Stream.of(values).flatMap(Optional::stream).findFirst();
    }

    private static Optional<JsonValue> said(JsonObject object, String name) {
        return object.get(name).filter(value -> !(value instanceof JsonNull));
    }

    private static String text(JsonValue value) {
        return value instanceof JsonText text ? text.value() : Json.writeCompact(ConfigValues.normal(value));
    }
}
