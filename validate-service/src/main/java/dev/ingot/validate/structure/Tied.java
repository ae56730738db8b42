package dev.ingot.validate.structure;

import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.validate.weights.MergedWeights;
import dev.ingot.validate.weights.SameValues;
import dev.ingot.validate.weights.TrainedModel;
import dev.ingot.validate.weights.TrainedModel.Ends;
import java.io.IOException;
import java.util.Optional;

/** Whether a stock loader takes a checkpoint's input embedding for the output too. */
public final class Tied {
    private Tied() {}

    /** What the config says; where it says nothing, a class's default decides, which a stored output embedding shows to be no. */
    public static boolean whenLoaded(ModelConfig config, MergedWeights merged, Ends ends) {
        return !ends.output().isEmpty() && config.tieWordEmbeddings().orElse(!merged.has(ends.outputTensor()));
    }

    /**
     * The fault of a checkpoint that stores two different ends and lets loaders tie them: some take the one for the other, some load both. A
     * config that says nothing is at fault only where the adapter changes an end; else the merged model is loaded as the base was.
     */
    static Optional<String> fault(ModelConfig config, MergedWeights merged, TrainedModel trained) throws IOException {
        Ends ends = trained.ends();
        Optional<Boolean> said = config.tieWordEmbeddings();
        boolean stored = trained.tensors().contains(ends.outputTensor())
                && merged.has(ends.inputTensor())
                && merged.has(ends.outputTensor());
        if (!stored
                || !said.orElse(trained.changesAnEnd())
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
}
