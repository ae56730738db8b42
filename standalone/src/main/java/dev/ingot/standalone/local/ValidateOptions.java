package dev.ingot.standalone.local;

import dev.ingot.pipeline.request.RunRequest.MergeBase;
import dev.ingot.pipeline.request.RunRequest.ValidationLevel;
import java.nio.file.Path;
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
        Trained trained,
        MergeBase mergeBase,
        Path merged,
        ValidationLevel level,
        Map<String, String> evaluation,
        Optional<String> evaluationMember,
        int threads,
        Optional<Path> report,
        Optional<Path> policy) {
    public ValidateOptions {
        evaluation = Map.copyOf(evaluation);
    }
}
