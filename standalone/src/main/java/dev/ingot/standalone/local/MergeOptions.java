package dev.ingot.standalone.local;

import dev.ingot.pipeline.request.GateOverride;
import dev.ingot.pipeline.request.RunRequest.MergeBase;
import dev.ingot.pipeline.request.RunRequest.OutputDType;
import dev.ingot.pipeline.request.RunRequest.TiePolicy;
import dev.ingot.pipeline.request.RunRequest.ValidationLevel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a person asked for on the command line.
 *
 * @param mergeBase which base the adapter is merged onto
 * @param originalBase 16-bit original of a base that is packed, for a merge base by measurement
 * @param evaluation set name to a file of text
 * @param evaluationMember of JSON lines that counts
 * @param keepRejected whether to deliver a checkpoint that a gate rejected
 * @param threads that merge and validate may use
 * @param scratch folder to keep the run's documents in; without one they stay in memory
 * @param policy file with limits
 * @param overrides of gates, by persons
 */
public record MergeOptions(
        Trained trained,
        MergeBase mergeBase,
        Optional<String> originalBase,
        Path out,
        OutputDType dtype,
        TiePolicy tie,
        ValidationLevel validate,
        Map<String, String> evaluation,
        Optional<String> evaluationMember,
        long maxShardBytes,
        boolean provenance,
        boolean keepRejected,
        int threads,
        Optional<Path> scratch,
        Optional<Path> policy,
        List<GateOverride> overrides) {
    public MergeOptions {
        evaluation = Map.copyOf(evaluation);
        overrides = List.copyOf(overrides);
    }
}
