package dev.ingot.checkpoint.adapter;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.JsonBool;
import dev.ingot.checkpoint.json.JsonNull;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonValue;
import java.util.List;
import java.util.function.Predicate;

/** What the members of a LoRA's adapter_config.json that change numbers have to look like. A number in quotes is not read as its default. */
final class ConfigTypes {
    private static final List<String> FLAGS = List.of("use_rslora", "use_dora", "lora_bias", "ensure_weight_tying");

    private ConfigTypes() {}

    /** RefusedInput {@code adapter.config} naming the first member that is missing or of another type. */
    static void require(JsonObject json) {
        require(json.get("r").filter(ConfigTypes::isWhole).isPresent(), "r", "a whole number");
        require(json.get("lora_alpha").filter(ConfigTypes::isFinite).isPresent(), "lora_alpha", "a number");
        requireAlpha(json);
        FLAGS.forEach(flag -> require(isNothingOr(json, flag, JsonBool.class::isInstance), flag, "true or false"));
        requirePattern(json, "rank_pattern", ConfigTypes::isWhole, "whole numbers by module");
        requirePattern(json, "alpha_pattern", ConfigTypes::isFinite, "numbers by module");
    }

    /** What verl writes where it does not know. */
    private static void requireAlpha(JsonObject json) {
        if (json.number("lora_alpha").orElse(1d) == 0) {
            throw new RefusedInput(
                    "adapter.unknown-alpha",
                    "lora_alpha in adapter_config.json is 0, which is what verl writes where it does not know alpha; with it the adapter would do nothing.",
                    "write the alpha that the run was started with into the file, or name a config that has it (--adapter-config); alpha is never guessed");
        }
    }

    private static void requirePattern(JsonObject json, String member, Predicate<JsonValue> value, String expected) {
        boolean fits = isNothingOr(
                json,
                member,
                found -> found instanceof JsonObject patterns
                        && patterns.members().values().stream().allMatch(value));
        require(fits, member, expected);
    }

    private static boolean isNothingOr(JsonObject json, String member, Predicate<JsonValue> fits) {
        return json.get(member)
                .filter(value -> !(value instanceof JsonNull))
                .map(fits::test)
                .orElse(true);
    }

    private static boolean isWhole(JsonValue value) {
        return value instanceof JsonNumber number && number.isWhole();
    }

    private static boolean isFinite(JsonValue value) {
        return value instanceof JsonNumber number && Double.isFinite(number.asDouble());
    }

    private static void require(boolean fits, String member, String expected) {
        if (!fits) {
            throw new RefusedInput(
                    "adapter.config",
                    "%s in adapter_config.json is missing or of another type; expected %s.".formatted(member, expected),
                    "use the adapter_config.json that PEFT saved with these tensors; rank and alpha are never guessed");
        }
    }
}
