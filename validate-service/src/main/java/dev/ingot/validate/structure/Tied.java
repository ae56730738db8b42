package dev.ingot.validate.structure;

import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.validate.weights.CheckpointWeights;
import dev.ingot.validate.weights.TrainedModel;
import dev.ingot.validate.weights.TrainedModel.Ends;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/** Whether a stock loader takes a checkpoint's input embedding for the output too. */
public final class Tied {
    private static final int CHUNK = 1 << 16;

    private Tied() {}

    /** What the config says; where it says nothing, a class's default decides, which a stored output embedding shows to be no. */
    public static boolean whenLoaded(ModelConfig config, CheckpointWeights merged, Ends ends) {
        return !ends.output().isEmpty()
                && config.tieWordEmbeddings().orElse(!merged.catalog().has(ends.outputTensor()));
    }

    /**
     * The fault of a checkpoint that stores two different ends and lets loaders tie them: some take the one for the other, some load both. A
     * config that says nothing is at fault only where the adapter changes an end; else the merged model is loaded as the base was.
     */
    static Optional<String> fault(ModelConfig config, CheckpointWeights merged, TrainedModel trained)
            throws IOException {
        Ends ends = trained.ends();
        Optional<Boolean> said = config.tieWordEmbeddings();
        boolean stored = trained.tensors().contains(ends.outputTensor())
                && merged.catalog().has(ends.inputTensor())
                && merged.catalog().has(ends.outputTensor());
        if (!stored || !said.orElse(trained.changesAnEnd()) || equal(merged, ends)) {
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

    /** Bit by bit. */
    private static boolean equal(CheckpointWeights merged, Ends ends) throws IOException {
        String input = ends.inputTensor();
        String output = ends.outputTensor();
        if (!merged.shape(input).equals(merged.shape(output)) || merged.dtype(input) != merged.dtype(output)) {
            return false;
        }
        long elements = merged.shape(input).orElseThrow().elements();
        float[] one = new float[CHUNK];
        float[] other = new float[CHUNK];
        for (long first = 0; first < elements; first += CHUNK) {
            int count = (int) Math.min(CHUNK, elements - first);
            merged.floats(input, first, one, count);
            merged.floats(output, first, other, count);
            if (!Arrays.equals(one, 0, count, other, 0, count)) {
                return false;
            }
        }
        return true;
    }
}
