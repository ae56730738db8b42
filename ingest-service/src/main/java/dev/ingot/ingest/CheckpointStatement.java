package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.quantized.QuantizedParameter;
import dev.ingot.ingest.TrainingCopies.Copy;
import dev.ingot.pipeline.plan.BaseStatement;
import dev.ingot.pipeline.plan.BaseStatement.Kind;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.request.RunRequest.MergeBase;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What is said of a base whose quantized weights come from the training checkpoint. */
final class CheckpointStatement {
    private CheckpointStatement() {}

    /**
     * Empty where none come from there. RefusedInput {@code request.merge-base} where the request wants the 16-bit weights at the same time, {@code
     * adapter.conflict} where two checkpoints bring the same weight.
     */
    static Optional<BaseStatement> of(Changes changes, RunRequest request) {
        List<Copy> taken = changes.copies().stream()
                .filter(copy -> copy.taken().isPresent())
                .toList();
        if (taken.isEmpty()) {
            return Optional.empty();
        }
        if (request.mergeBase() == MergeBase.ORIGINAL) {
            throw new RefusedInput(
                    "request.merge-base",
                    "The request asks for a merge onto the original 16-bit tensors, and for the checkpoint's own copies, which are packed in 4 bit.",
                    "leave out one of the two: the merge base, or mirrors: checkpoint");
        }
        requireOne(taken);
        List<QuantizedParameter> weights = taken.stream()
                .<QuantizedParameter>map(copy -> copy.taken().orElseThrow().weight())
                .toList();
        String sentence =
                "Merged onto the training checkpoint's own weights, as the request says: %s; they were dequantized by the scales that stand beside them."
                        .formatted(QuantizationMethods.described(weights));
        return Optional.of(new BaseStatement(Kind.PACKED, true, sentence));
    }

    private static void requireOne(List<Copy> taken) {
        Set<String> parameters = new HashSet<>();
        for (Copy copy : taken) {
            if (!parameters.add(copy.parameter())) {
                throw new RefusedInput(
                        "adapter.conflict",
                        "Two training checkpoints of the run both bring %s packed, and only one can be merged onto."
                                .formatted(copy.parameter()),
                        "merge one of them with mirrors: checkpoint, or both with mirrors: base");
            }
        }
    }
}
