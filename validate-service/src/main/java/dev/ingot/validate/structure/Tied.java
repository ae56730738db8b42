package dev.ingot.validate.structure;

import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.validate.weights.CheckpointWeights;
import dev.ingot.validate.weights.TrainedModel.Ends;

/** Whether a stock loader takes a checkpoint's input embedding for the output too. */
public final class Tied {
    private Tied() {}

    /**
     * What a consumer of the merged checkpoint does: what the config says, tied where it says nothing. A base that says tied and stores an own
     * output embedding all the same is loaded with both, and so is its merge.
     */
    public static boolean whenLoaded(ModelConfig config, CheckpointWeights merged, CheckpointWeights base, Ends ends) {
        String output = ends.outputTensor();
        boolean bothStored = merged.catalog().has(output) && base.catalog().has(output);
        return !ends.output().isEmpty() && config.tieWordEmbeddings().orElse(true) && !bothStored;
    }
}
