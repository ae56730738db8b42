package dev.ingot.validate.structure;

import dev.ingot.checkpoint.json.JsonBool;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.validate.weights.MergedWeights;
import dev.ingot.validate.weights.SameValues;
import dev.ingot.validate.weights.TrainedModel;
import dev.ingot.validate.weights.TrainedModel.Ends;
import java.io.IOException;
import java.util.Optional;

/** Whether a stock loader takes a checkpoint's input embedding for the output too. */
public final class Tied {
    private static final String TIE = "tie_word_embeddings";

    private Tied() {}

    /** What the config says; where it says nothing, a class's default decides, which a stored output embedding shows to be no. */
    public static boolean whenLoaded(ModelConfig config, MergedWeights merged, Ends ends) {
        return !ends.output().isEmpty() && config.tieWordEmbeddings().orElse(!merged.has(ends.outputTensor()));
    }

    /** What a config says, or its class where it says nothing; empty for a class that is not known. */
    static Optional<Boolean> byClass(JsonObject config) {
        ConfigDefaults defaults = ConfigDefaults.of(config.text("model_type").orElse(""));
        return config.bool(TIE)
                .or(() -> defaults.ofClass(TIE)
                        .or(() -> defaults.derived(TIE))
                        .map(value -> value instanceof JsonBool flag && flag.value()));
    }

    /**
     * The fault of a checkpoint that stores two different ends and lets loaders tie them: some take the one for the other, some load both. A config
     * that says nothing is at fault where the base denies what the class then means, or where the adapter changes an end; else the merged model is
     * loaded as the base was.
     */
    static Optional<String> fault(ModelConfig base, ModelConfig config, MergedWeights merged, TrainedModel trained)
            throws IOException {
        Ends ends = trained.ends();
        Optional<Boolean> said = config.tieWordEmbeddings();
        boolean stored = trained.tensors().contains(ends.outputTensor())
                && merged.has(ends.inputTensor())
                && merged.has(ends.outputTensor());
        if (!stored
                || !said.orElse(trained.changesAnEnd() || base.deniesTying() && isTiedByDefault(config))
                || SameValues.in(merged, ends.inputTensor(), ends.outputTensor())) {
            return Optional.empty();
        }
        return Optional.of(
                "config.json %s, but %s and %s are both stored and differ: some loaders replace the one by the other"
                        .formatted(
                                said.isPresent()
                                        ? "says tie_word_embeddings true"
                                        : "does not say tie_word_embeddings false",
                                ends.inputTensor(),
                                ends.outputTensor()));
    }

    /** Whether a class that is told nothing ties, at the level that transformers 4 asks or at the one that 5 does: a class that is not known may. */
    private static boolean isTiedByDefault(ModelConfig config) {
        return byClass(config.json()).orElse(true) || byClass(config.text()).orElse(true);
    }
}
