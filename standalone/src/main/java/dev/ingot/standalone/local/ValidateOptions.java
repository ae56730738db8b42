package dev.ingot.standalone.local;

import dev.ingot.checkpoint.adapter.CheckpointChoice;
import dev.ingot.pipeline.request.RunRequest.MergeBase;
import dev.ingot.pipeline.request.RunRequest.MirrorPolicy;
import dev.ingot.pipeline.request.RunRequest.TrainedOn;
import dev.ingot.pipeline.request.RunRequest.ValidationLevel;
import dev.ingot.pipeline.request.WeightedAdapter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a person asked for on the command line of {@code ingot validate}; as in {@link MergeOptions} where nothing is said.
 *
 * @param merged folder that is judged
 * @param mergeBase which base it should have been merged onto
 * @param report folder for the report, if it is wanted
 * @param policy file with limits
 */
public record ValidateOptions(
        Optional<String> base,
        List<WeightedAdapter> adapters,
        Optional<CheckpointChoice> checkpoint,
        Path merged,
        TrainedOn trainedOn,
        Optional<String> quantizationConfig,
        MergeBase mergeBase,
        boolean swapNibbles,
        boolean baseIsResidual,
        Optional<String> adapterConfig,
        MirrorPolicy mirrors,
        ValidationLevel level,
        Map<String, Path> evaluation,
        Optional<String> evaluationMember,
        int threads,
        Optional<Path> report,
        Optional<Path> policy) {
    public ValidateOptions {
        adapters = List.copyOf(adapters);
        evaluation = Map.copyOf(evaluation);
    }
}
