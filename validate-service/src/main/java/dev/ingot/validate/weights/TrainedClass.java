package dev.ingot.validate.weights;

import dev.ingot.checkpoint.adapter.AdapterKey;
import dev.ingot.checkpoint.model.ModelConfig;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The class of the model that was trained: the base's, or the classifier's that PEFT trained on the base's body.
 *
 * @param architecture as config.json has to name it
 * @param languageHead whether it ends in an output embedding; a classifier or reward model ends in a head of its own
 */
public record TrainedClass(String architecture, boolean languageHead) {
    private static final Map<String, String> CLASS_OF_TASK =
            Map.of("SEQ_CLS", "ForSequenceClassification", "TOKEN_CLS", "ForTokenClassification");
    private static final Set<String> HEADS = Set.of("score", "classifier");
    private static final String LANGUAGE_MODEL = "ForCausalLM";

    /** What base and adapter say: a task that classifies, and a saved head that this base, a language model, lacks. */
    static TrainedClass of(ModelConfig base, Predicate<String> baseHas, AdapterFolder adapter) {
        String known = base.architecture();
        String suffix = CLASS_OF_TASK.get(adapter.config().taskType());
        boolean bringsHead = adapter.keys().stream()
                .filter(key -> key.role() == AdapterKey.Role.WHOLE && HEADS.contains(key.module()))
                .anyMatch(key -> !baseHas.test(key.target()));
        return suffix != null && bringsHead && known.endsWith(LANGUAGE_MODEL)
                ? new TrainedClass(known.substring(0, known.length() - LANGUAGE_MODEL.length()) + suffix, false)
                : new TrainedClass(known, !known.endsWith("Classification"));
    }
}
