package dev.ingot.validate.structure;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonNull;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonValue;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.SmallFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Where a served model stops and how it draws: {@code eos_token_id} in config.json and generation_config.json, and what else the second says. Right is what the
 * base says, and what training makes of it by the tokenizer: trainers put the tokenizer's end into both files, beside the ends that were there or alone.
 */
public final class GenerationCheck {
    static final String FILE = "generation_config.json";

    private static final String END = "eos_token_id";
    private static final String START = "bos_token_id";
    private static final int MAX_BYTES = 1 << 20;

    /** What changes no token that is served, and limits that a caller sets. */
    private static final Set<String> FREE = Set.of(
            "transformers_version",
            "_from_model_config",
            "use_cache",
            "cache_implementation",
            "cache_config",
            "pad_token_id",
            "max_length",
            "max_new_tokens",
            "output_attentions",
            "output_hidden_states",
            "output_scores",
            "output_logits",
            "return_dict_in_generate",
            "trust_remote_code",
            "do_sample",
            END,
            START);

    private final JsonObject base;
    private final JsonObject merged;
    private final Optional<JsonObject> baseGeneration;
    private final Optional<JsonObject> mergedGeneration;
    private final Set<Long> ofTokenizer;
    private final boolean brought;
    private final List<String> faults = new ArrayList<>();

    private GenerationCheck(
            JsonObject base,
            JsonObject merged,
            Optional<JsonObject> baseGeneration,
            Optional<JsonObject> mergedGeneration,
            Set<Long> ofTokenizer,
            boolean brought) {
        this.base = base;
        this.merged = merged;
        this.baseGeneration = baseGeneration;
        this.mergedGeneration = mergedGeneration;
        this.ofTokenizer = ofTokenizer;
        this.brought = brought;
    }

    /**
     * Faults as sentences; none when it stops where the trained model does.
     *
     * @param end id of the end token of training's tokenizer; empty where it has none that is known
     * @param brought whether the adapter brings that tokenizer
     */
    public static List<String> faults(
            FileSet baseFiles,
            ModelConfig base,
            FileSet mergedFiles,
            ModelConfig merged,
            Optional<Long> end,
            boolean brought)
            throws IOException {
        GenerationCheck check = new GenerationCheck(
                base.text(),
                merged.text(),
                read(baseFiles),
                read(mergedFiles),
                end.map(Set::of).orElse(Set.of()),
                brought);
        check.ends(base.json(), merged.json());
        check.settings();
        return check.faults;
    }

    private static Optional<JsonObject> read(FileSet files) throws IOException {
        return SmallFiles.readSmall(files, FILE, MAX_BYTES)
                .map(text -> Json.parseObject(text, FILE + " in " + files.location()));
    }

    private void ends(JsonObject baseTop, JsonObject mergedTop) {
        Set<Long> before = ofConfig(base, baseTop);
        Set<Long> after = ofConfig(merged, mergedTop);
        if (!isRight(before, after)) {
            faults.add(
                    "config.json ends texts at %s %s where the base has %s".formatted(END, text(after), text(before)));
        }
        Set<Long> expected = generated(baseGeneration).orElse(before);
        Optional<Set<Long>> said = generated(mergedGeneration);
        Set<Long> found = said.orElse(after);
        if (!isRight(expected, found) && (said.isPresent() || faults.isEmpty())) {
            String why = mergedGeneration.isEmpty() ? " is missing: texts end" : " names no end: texts end";
            faults.add("%s at %s %s where the base has %s"
                    .formatted(FILE + (said.isPresent() ? " ends texts" : why), END, text(found), text(expected)));
        }
    }

    private static Optional<Set<Long>> generated(Optional<JsonObject> generation) {
        return generation.map(GenerationCheck::ends).filter(ids -> !ids.isEmpty());
    }

    private static Set<Long> ends(JsonObject json) {
        return new TreeSet<>(SpecialTokens.ids(json, END));
    }

    private static Set<Long> ofConfig(JsonObject text, JsonObject top) {
        Set<Long> said = ends(text);
        said.addAll(said.isEmpty() ? ends(top) : Set.of());
        if (!said.isEmpty() || text.has(END) || top.has(END)) {
            return said;
        }
        return ends(ConfigDefaults.of(text.text("model_type").orElse("")).json());
    }

    private boolean isRight(Set<Long> expected, Set<Long> found) {
        Set<Long> both = new TreeSet<>(expected);
        both.addAll(ofTokenizer);
        return found.equals(expected)
                || found.equals(both)
                || (brought || expected.isEmpty()) && found.equals(ofTokenizer);
    }

    private static String text(Set<Long> ids) {
        return ids.isEmpty()
                ? "of no token"
                : ids.size() == 1 ? ids.iterator().next().toString() : ids.toString();
    }

    /** What both files say, and differently. What one leaves out may be a default that it does not write. */
    private void settings() {
        JsonObject before = baseGeneration.orElse(JsonObject.empty());
        JsonObject after = mergedGeneration.orElse(JsonObject.empty());
        for (String name : new TreeSet<>(before.members().keySet())) {
            Optional<JsonValue> was = before.get(name).filter(value -> !(value instanceof JsonNull));
            Optional<JsonValue> is = after.get(name).filter(value -> !(value instanceof JsonNull));
            if (!FREE.contains(name) && was.isPresent() && is.isPresent() && !ConfigValues.same(was.get(), is.get())) {
                faults.add("%s has %s %s where the base has %s"
                        .formatted(FILE, name, ConfigCheck.text(is.get()), ConfigCheck.text(was.get())));
            }
        }
    }
}
