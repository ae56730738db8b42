package dev.ingot.validate;

import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.request.RunRequest.ValidationLevel;
import dev.ingot.validate.text.EvaluationText;
import java.time.Duration;
import java.util.List;

/**
 * What is to be judged.
 *
 * @param plan that is judged along with its output: of it, only the ledger and what people read are taken
 * @param swapNibbles whether 4-bit tensors of the base have the first of two elements in the low nibble, as the run's request says
 * @param merged the checkpoint as a consumer would get it
 * @param texts to measure on
 * @param time that a smoke measurement may take: about as long as the merge did
 */
public record JudgeRequest(
        Plan plan,
        FileSet base,
        boolean swapNibbles,
        FileSet adapter,
        FileSet merged,
        List<EvaluationText> texts,
        ValidationLevel level,
        Duration time) {
    public JudgeRequest {
        texts = List.copyOf(texts);
    }
}
