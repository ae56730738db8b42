package dev.ingot.validate;

import dev.ingot.pipeline.plan.Plan;
import java.util.Map;
import java.util.Optional;

/** What a checkpoint is for, in the Hub's words: {@code pipeline_tag}. */
final class CardTask {
    private static final Map<String, String> TASKS = Map.of(
            "ForCausalLM", "text-generation",
            "LMHeadModel", "text-generation",
            "ForSequenceClassification", "text-classification",
            "ForTokenClassification", "token-classification",
            "ForQuestionAnswering", "question-answering",
            "ForMaskedLM", "fill-mask");

    private CardTask() {}

    /** By the class that config names; one with a vision tower reads pictures too. */
    static Optional<String> of(Plan plan) {
        String architecture = LoadLines.architecture(plan);
        return architecture.endsWith("ForConditionalGeneration")
                        && plan.config().contains("\"vision_config\"")
                ? Optional.of("image-text-to-text")
                : TASKS.entrySet().stream()
                        .filter(task -> architecture.endsWith(task.getKey()))
                        .map(Map.Entry::getValue)
                        .findFirst();
    }
}
