package dev.ingot.validate.structure;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonValue;
import dev.ingot.checkpoint.model.ModelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Holds the merged config.json against the base's: only what a merge has to change may differ. */
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
            "pad_token_id",
            "vocab_size",
            "num_hidden_layers",
            "n_layer",
            "layer_types",
            "mlp_layer_types",
            "no_rope_layers");

    private ConfigCheck() {}

    /** Faults as sentences; none when the config is right. */
    static List<String> faults(ModelConfig base, ModelConfig merged) {
        List<String> faults = new ArrayList<>();
        if (merged.quantization().isPresent()) {
            faults.add("config.json still has quantization_config, so that loaders would quantize the merged weights");
        }
        tyingFaults(merged, faults);
        differences("", base.json(), merged.json(), faults);
        return faults;
    }

    private static void tyingFaults(ModelConfig merged, List<String> faults) {
        Optional<Boolean> top = merged.json().bool("tie_word_embeddings");
        Optional<Boolean> inner = merged.json().object("text_config").flatMap(text -> text.bool("tie_word_embeddings"));
        if (top.isPresent() && inner.isPresent() && !top.equals(inner)) {
            faults.add("config.json says tie_word_embeddings %s at the top and %s in text_config"
                    .formatted(top.get(), inner.get()));
        }
    }

    private static void differences(String path, JsonObject base, JsonObject merged, List<String> faults) {
        Set<String> names = new TreeSet<>(base.members().keySet());
        names.addAll(merged.members().keySet());
        for (String name : names) {
            JsonValue before = base.members().get(name);
            JsonValue after = merged.members().get(name);
            if (FREE.contains(name) || (before != null && before.equals(after))) {
                continue;
            }
            if (before instanceof JsonObject inner && after instanceof JsonObject other) {
                differences(path + name + ".", inner, other, faults);
            } else {
                faults.add("config.json has %s %s where the base has %s"
                        .formatted(path + name, text(after), text(before)));
            }
        }
    }

    private static String text(@Nullable JsonValue value) {
        return value == null ? "nothing" : Json.writeCompact(value);
    }
}
