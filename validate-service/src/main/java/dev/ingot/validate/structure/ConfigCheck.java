package dev.ingot.validate.structure;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonNull;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonValue;
import dev.ingot.checkpoint.model.ModelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Holds the merged config.json against the base's: only what a merge has to change may differ in meaning. Every generation of transformers writes
 * out other members, so that one which is left out means its class's default, and rotary settings are compared by what they say.
 */
final class ConfigCheck {
    /** What a merge may change, and what says nothing about the computation. */
    private static final Set<String> FREE = Set.of(
            "quantization_config",
            "dtype",
            "torch_dtype",
            "tie_word_embeddings",
            "transformers_version",
            "_name_or_path",
            "use_cache",
            "architectures",
            "auto_map",
            "num_labels",
            "id2label",
            "label2id",
            "problem_type",
            "bos_token_id",
            "eos_token_id",
            "pad_token_id",
            "vocab_size",
            "num_hidden_layers",
            "n_layer",
            "layer_types",
            "mlp_layer_types",
            "no_rope_layers",
            "attention_dropout",
            "hidden_dropout",
            "attention_probs_dropout_prob",
            "hidden_dropout_prob",
            "attn_pdrop",
            "embd_pdrop",
            "resid_pdrop",
            "classifier_dropout",
            "initializer_range",
            "initializer_factor",
            "router_aux_loss_coef",
            "router_jitter_noise",
            "output_router_logits",
            "pretraining_tp",
            "gradient_checkpointing",
            "_attn_implementation",
            "_attn_implementation_autoset",
            "attn_implementation");

    /** Names of one number, by the release that wrote it. */
    private static final List<String> EXPERTS = List.of("num_experts", "num_local_experts", "n_routed_experts");

    private final List<String> faults = new ArrayList<>();

    private ConfigCheck() {}

    /** Faults as sentences; none when the config is right. */
    static List<String> faults(ModelConfig base, ModelConfig merged) {
        ConfigCheck check = new ConfigCheck();
        if (merged.quantization().isPresent()) {
            check.faults.add(
                    "config.json still has quantization_config, so that loaders would quantize the merged weights");
        }
        check.tying(merged);
        check.compare("", base.json(), merged.json());
        return check.faults;
    }

    private void tying(ModelConfig merged) {
        Optional<Boolean> top = merged.json().bool("tie_word_embeddings");
        Optional<Boolean> inner = merged.json().object("text_config").flatMap(text -> text.bool("tie_word_embeddings"));
        if (top.isPresent() && inner.isPresent() && !top.equals(inner)) {
            faults.add("config.json says tie_word_embeddings %s at the top and %s in text_config"
                    .formatted(top.get(), inner.get()));
        }
    }

    private void compare(String path, JsonObject base, JsonObject merged) {
        String type =
                base.text("model_type").or(() -> merged.text("model_type")).orElse("");
        ConfigDefaults defaults = ConfigDefaults.of(type);
        Set<String> names = new TreeSet<>(base.members().keySet());
        names.addAll(merged.members().keySet());
        for (String name : names) {
            boolean elsewhere = RopeSettings.MEMBERS.contains(name) && defaults.known();
            if (!FREE.contains(name) && !elsewhere && !isSwitchedOff(name, base, merged)) {
                compare(path, name, base, merged, defaults);
            }
        }
        if (defaults.known()) {
            compareRope(path, RopeSettings.of(base, defaults), RopeSettings.of(merged, defaults));
        }
    }

    /** The window of a model that uses none: transformers 5 writes null for it. */
    private static boolean isSwitchedOff(String name, JsonObject base, JsonObject merged) {
        return Set.of("sliding_window", "max_window_layers").contains(name)
                && base.bool("use_sliding_window").equals(Optional.of(false))
                && !merged.bool("use_sliding_window").equals(Optional.of(true));
    }

    private void compare(String path, String name, JsonObject base, JsonObject merged, ConfigDefaults defaults) {
        JsonValue before = said(base, name);
        JsonValue after = said(merged, name);
        if (before instanceof JsonObject inner && after instanceof JsonObject other) {
            compare(path + name + ".", inner, other);
            return;
        }
        if (!isSame(name, before, after, base, defaults)) {
            faults.add("config.json has %s %s where the base has %s".formatted(path + name, text(after), text(before)));
        }
    }

    private static boolean isSame(
            String name,
            @Nullable JsonValue before,
            @Nullable JsonValue after,
            JsonObject base,
            ConfigDefaults defaults) {
        if (before == null) {
            return after == null || isImplied(name, after, base, defaults);
        }
        return after == null ? isImplied(name, before, base, defaults) : ConfigValues.same(before, after);
    }

    private static @Nullable JsonValue said(JsonObject config, String name) {
        if (!EXPERTS.contains(name)) {
            return known(config, name);
        }
        return EXPERTS.stream()
                .map(other -> known(config, other))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private static @Nullable JsonValue known(JsonObject config, String name) {
        JsonValue value = config.members().get(name);
        return value instanceof JsonNull ? null : value;
    }

    /** Whether a config that leaves a member out means this by it. */
    private static boolean isImplied(String name, JsonValue value, JsonObject base, ConfigDefaults defaults) {
        if (!defaults.known() || value instanceof JsonObject) {
            return defaults.known();
        }
        if (!defaults.has(name)) {
            // no member that the class reads: a note of the tool that wrote it
            return true;
        }
        Optional<JsonValue> usual = defaults.value(name);
        Optional<JsonValue> implied = usual.isEmpty() || isSame(usual, derived(name, defaults.json()))
                ? derived(name, base).or(() -> usual)
                : usual;
        return isSame(usual, Optional.of(value)) || isSame(implied, Optional.of(value));
    }

    private static boolean isSame(Optional<JsonValue> one, Optional<JsonValue> other) {
        return one.isPresent() && other.isPresent() && ConfigValues.same(one.get(), other.get());
    }

    /** What classes compute from other members. */
    private static Optional<JsonValue> derived(String name, JsonObject config) {
        Optional<Long> heads = config.integer("num_attention_heads").filter(count -> count > 0);
        Optional<Long> number = switch (name) {
            case "num_key_value_heads" -> heads;
            case "head_dim" -> config.integer("hidden_size").flatMap(hidden -> heads.map(count -> hidden / count));
            default -> Optional.empty();
        };
        return number.map(JsonNumber::of);
    }

    private void compareRope(String path, RopeSettings before, RopeSettings after) {
        if (!before.equals(after)) {
            faults.add("config.json has rotary embeddings of %s%s where the base has %s"
                    .formatted(path, after.text(), before.text()));
        }
    }

    private static String text(@Nullable JsonValue value) {
        return value == null ? "nothing" : Json.writeCompact(value);
    }
}
