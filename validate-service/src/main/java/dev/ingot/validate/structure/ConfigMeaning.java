package dev.ingot.validate.structure;

import dev.ingot.checkpoint.json.JsonBool;
import dev.ingot.checkpoint.json.JsonNull;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a config means by one of its members: what it says, or what its class makes of it where it is left out or null. A null is something said: {@code
 * "sliding_window": null} is no window, where leaving it out may be one of 4,096.
 *
 * @param config that has the member, or leaves it out
 */
record ConfigMeaning(String name, JsonObject config, ConfigDefaults defaults) {
    private static final JsonNull NOTHING = new JsonNull();

    /**
     * Whether a merged config means what its base, this config, does. What transformers 5 replaces while it reads the base may be written so; not the
     * other way round, for 4 takes it as it is.
     *
     * @param said by this config; null where it leaves the member out
     * @param other of the merged config
     */
    boolean isSame(@Nullable JsonValue said, ConfigMeaning other, @Nullable JsonValue otherSaid) {
        boolean noted = defaults.known() && !defaults.has(name) && (isNothing(said) || isNothing(otherSaid));
        if (noted || isNothing(said) && isNothing(otherSaid) && !defaults.known()) {
            // no member that the class reads: a note of the tool that wrote it
            return true;
        }
        List<JsonValue> one = new ArrayList<>(meanings(said));
        one.stream()
                .flatMap(value -> defaults.converted(name, value).stream())
                .toList()
                .forEach(one::add);
        List<JsonValue> two = other.meanings(otherSaid);
        return one.isEmpty()
                || two.isEmpty()
                || one.stream().anyMatch(value -> two.stream().anyMatch(each -> same(value, each)));
    }

    private static boolean isNothing(@Nullable JsonValue value) {
        return value == null || value instanceof JsonNull;
    }

    private static boolean same(JsonValue one, JsonValue other) {
        return ConfigValues.same(unless(one), unless(other));
    }

    /** What is off may be called false or nothing. */
    private static JsonValue unless(JsonValue value) {
        return value instanceof JsonBool flag && !flag.value() ? NOTHING : value;
    }

    /** The values it may mean; none where the class derives one by a rule that is not known here. */
    private List<JsonValue> meanings(@Nullable JsonValue said) {
        if (said != null && !(said instanceof JsonNull)) {
            return List.of(said);
        }
        Optional<JsonValue> ofClass = defaults.ofClass(name);
        if (said == null && ofClass.isPresent()) {
            List<JsonValue> meanings = new ArrayList<>(List.of(ofClass.get()));
            defaults.derived(name).ifPresent(meanings::add);
            return meanings;
        }
        Optional<JsonValue> computed = computed();
        if (computed.isPresent()) {
            return List.of(computed.get());
        }
        boolean derived = ofClass.isEmpty() && defaults.derived(name).isPresent() || isStructure();
        return derived ? List.of() : List.of(NOTHING);
    }

    /** Objects that a class makes up of other members. */
    private boolean isStructure() {
        return defaults.known() && defaults.json().object(name).isPresent();
    }

    /** What classes compute from other members. */
    private Optional<JsonValue> computed() {
        Optional<Long> heads = number("num_attention_heads").filter(count -> count > 0);
        Optional<Long> number = switch (name) {
            case "num_key_value_heads" -> heads;
            case "head_dim" -> number("hidden_size").flatMap(hidden -> heads.map(count -> hidden / count));
            default -> Optional.empty();
        };
        return number.map(JsonNumber::of);
    }

    private Optional<Long> number(String member) {
        return config.integer(member).or(() -> defaults.json().integer(member));
    }
}
