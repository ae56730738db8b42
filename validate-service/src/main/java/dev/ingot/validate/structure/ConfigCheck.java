package dev.ingot.validate.structure;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonNull;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonValue;
import dev.ingot.checkpoint.model.ModelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
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

    private static final String TIE = "tie_word_embeddings";

    private final List<String> faults = new ArrayList<>();

    private ConfigCheck() {}

    /** Faults as sentences; none when the config is right. */
    static List<String> faults(ModelConfig base, ModelConfig merged) {
        ConfigCheck check = new ConfigCheck();
        if (merged.quantization().isPresent()) {
            check.faults.add(
                    "config.json still has quantization_config, so that loaders would quantize the merged weights");
        }
        if (merged.json().object("compression_config").isPresent()) {
            check.faults.add(
                    "config.json has compression_config, so that loaders would take the weights for compressed ones");
        }
        check.tying(base, merged);
        check.code(base, merged);
        String type = base.modelType().isEmpty() ? merged.modelType() : base.modelType();
        check.compare("", type, ConfigParts.of(base.json(), type), ConfigParts.of(merged.json(), type));
        return check.faults;
    }

    private void code(ModelConfig base, ModelConfig merged) {
        if (merged.json().object("auto_map").isPresent()
                && base.json().object("auto_map").isEmpty()) {
            faults.add("config.json has auto_map, by which loaders would run code that the base does not name");
        }
    }

    private void tying(ModelConfig base, ModelConfig merged) {
        Optional<Boolean> top = merged.json().bool(TIE);
        Optional<Boolean> inner = merged.json().object("text_config").flatMap(text -> text.bool(TIE));
        boolean contradicts = top.isPresent() && inner.isPresent() && !top.equals(inner);
        if (contradicts
                && !(Tied.byClass(base.json()).equals(top)
                        && Tied.byClass(base.text()).equals(inner))) {
            faults.add("config.json says tie_word_embeddings %s at the top and %s in text_config"
                    .formatted(top.get(), inner.get()));
        }
    }

    private void compare(String path, String type, JsonObject base, JsonObject merged) {
        ConfigDefaults defaults = ConfigDefaults.of(type);
        Set<String> names = new TreeSet<>();
        for (JsonObject config : List.of(base, merged)) {
            config.members().keySet().forEach(name -> names.add(defaults.own(name)));
        }
        boolean turns = RopeSettings.MEMBERS.stream().anyMatch(defaults::has);
        for (String name : names) {
            boolean elsewhere = turns && RopeSettings.MEMBERS.contains(name);
            if (!FREE.contains(name) && !elsewhere && !isSwitchedOff(name, base, merged)) {
                compare(path, name, base, merged, defaults);
            }
            contradiction(name, base, merged, defaults).ifPresent(faults::add);
        }
        if (turns) {
            RopeSettings.difference(base, merged, defaults)
                    .ifPresent(said -> faults.add("config.json has rotary embeddings of %s%s".formatted(path, said)));
        }
    }

    /** Two names of one member, of which a loader takes one or the other. */
    private static Optional<String> contradiction(
            String own, JsonObject base, JsonObject merged, ConfigDefaults defaults) {
        if (saidOf(base, own, defaults) > 1 || saidOf(merged, own, defaults) < 2) {
            return Optional.empty();
        }
        String said = defaults.spellings(own).stream()
                .filter(name -> known(merged, name) != null)
                .map(name -> "%s %s".formatted(name, text(known(merged, name))))
                .collect(Collectors.joining(" and "));
        return Optional.of("config.json has %s, which are two names of one member".formatted(said));
    }

    /** How many values a config gives a member by all its names. */
    private static long saidOf(JsonObject config, String own, ConfigDefaults defaults) {
        return defaults.spellings(own).stream()
                .map(name -> known(config, name))
                .filter(Objects::nonNull)
                .map(ConfigValues::normal)
                .distinct()
                .count();
    }

    /** The window of a model that uses none: transformers 5 writes null for it. */
    private static boolean isSwitchedOff(String name, JsonObject base, JsonObject merged) {
        return Set.of("sliding_window", "max_window_layers").contains(name)
                && base.bool("use_sliding_window").equals(Optional.of(false))
                && !merged.bool("use_sliding_window").equals(Optional.of(true));
    }

    private void compare(String path, String name, JsonObject base, JsonObject merged, ConfigDefaults defaults) {
        JsonValue before = said(base, name, defaults);
        JsonValue after = said(merged, name, defaults);
        if (isModel(before) || isModel(after) || before instanceof JsonObject && after instanceof JsonObject) {
            JsonObject one = ConfigParts.typed(name, object(before), base, defaults);
            JsonObject other = ConfigParts.typed(name, object(after), base, defaults);
            compare(path + name + ".", one.text("model_type").orElse(""), one, other);
            return;
        }
        if (!new ConfigMeaning(name, base, defaults).isSame(before, new ConfigMeaning(name, merged, defaults), after)) {
            faults.add("config.json has %s %s where the base has %s"
                    .formatted(path + name, meant(name, after, defaults), meant(name, before, defaults)));
        }
    }

    /** Whether it is the config of a model inside this one, which means its class's defaults where it is left out. */
    private static boolean isModel(@Nullable JsonValue value) {
        return value instanceof JsonObject object && object.has("model_type");
    }

    private static JsonObject object(@Nullable JsonValue value) {
        return value instanceof JsonObject object ? object : JsonObject.empty();
    }

    /** What a config says by any name of a member: null where it says nothing, JsonNull where it says null. */
    private static @Nullable JsonValue said(JsonObject config, String own, ConfigDefaults defaults) {
        List<String> names = new ArrayList<>(defaults.spellings(own));
        if (EXPERTS.contains(own)) {
            names.addAll(EXPERTS);
        }
        return names.stream()
                .map(name -> known(config, name))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(config.members().get(own));
    }

    private static @Nullable JsonValue known(JsonObject config, String name) {
        JsonValue value = config.members().get(name);
        return value instanceof JsonNull ? null : value;
    }

    private static String meant(String name, @Nullable JsonValue value, ConfigDefaults defaults) {
        return value != null
                ? text(value)
                : defaults.ofClass(name)
                        .map(usual -> "nothing, which means " + text(usual) + ",")
                        .orElse(text(null));
    }

    static String text(@Nullable JsonValue value) {
        return value == null ? "nothing" : Json.writeCompact(value);
    }
}
