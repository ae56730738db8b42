package dev.ingot.pipeline.plan;

import java.util.List;

/**
 * Whether input and output embeddings share one matrix, before and after.
 *
 * @param inputEmbedding name of the tensor, or empty where the model has none that Ingot knows
 * @param reason a sentence for the report and the model card
 * @param warnings which engines cannot serve this family untied, and the like
 */
public record TyingDecision(
        boolean baseTied,
        boolean outputTied,
        String inputEmbedding,
        String outputEmbedding,
        String reason,
        List<String> warnings) {
    public TyingDecision {
        warnings = List.copyOf(warnings);
    }
}
