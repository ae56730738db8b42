package dev.ingot.validate.weights;

import dev.ingot.checkpoint.adapter.AdapterKey;
import dev.ingot.checkpoint.loading.TaskClass;
import dev.ingot.checkpoint.model.ModelConfig;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The class of the model that was trained: the base's, or the classifier's that PEFT trained on the base's body.
 *
 * @param architecture as config.json has to name it
 * @param task what the class is, where it is another than the base's
 * @param languageHead whether it ends in an output embedding; a classifier or reward model ends in a head of its own
 */
public record TrainedClass(String architecture, Optional<TaskClass> task, boolean languageHead) {

    /** What base and adapter say: a task that classifies, and a saved head that this base, a language model, lacks. */
    static TrainedClass of(ModelConfig base, Predicate<String> baseHas, AdapterFolder adapter) {
        String known = base.architecture();
        return TaskClass.of(adapter.config().taskType(), known)
                .filter(task -> adapter.keys().stream()
                        .filter(key -> key.role() == AdapterKey.Role.WHOLE && !baseHas.test(key.target()))
                        .anyMatch(key -> task.isHead(key.target())))
                .map(task -> new TrainedClass(task.architecture(), Optional.of(task), false))
                .orElseGet(() -> new TrainedClass(known, Optional.empty(), hasLanguageHead(known)));
    }

    private static boolean hasLanguageHead(String architecture) {
        return !architecture.endsWith("Classification") && !architecture.endsWith("QuestionAnswering");
    }

    /** Whether a tensor of the base is one of this class. */
    boolean keeps(String tensor) {
        return task.map(other -> other.keeps(tensor)).orElse(true);
    }
}
