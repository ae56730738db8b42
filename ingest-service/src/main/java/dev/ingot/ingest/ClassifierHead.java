package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.model.ModelConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Heads that PEFT saves although the base, a language model, has none: of a classifier or reward model. */
final class ClassifierHead {
    private static final Map<String, String> CLASS_OF_TASK =
            Map.of("SEQ_CLS", "ForSequenceClassification", "TOKEN_CLS", "ForTokenClassification");
    private static final Set<String> NAMES =
            Set.of("score.weight", "score.bias", "classifier.weight", "classifier.bias");
    private static final String LANGUAGE_MODEL = "ForCausalLM";

    private ClassifierHead() {}

    /** Whether {@code parameter}, which the base lacks, is such a head and the adapter's task says so. */
    static boolean isHead(String parameter, AdapterConfig adapter, ModelConfig base) {
        return NAMES.contains(parameter) && architecture(adapter, base).isPresent();
    }

    /** Likewise of several adapters; RefusedInput {@code adapter.conflict} when they are of different classes. */
    static Optional<String> architecture(List<AdapterConfig> adapters, ModelConfig base) {
        List<String> classes = adapters.stream()
                .flatMap(adapter -> architecture(adapter, base).stream())
                .distinct()
                .toList();
        if (classes.size() > 1) {
            throw new RefusedInput(
                    "adapter.conflict",
                    "The adapters are of different tasks: a merged checkpoint cannot be a %s."
                            .formatted(String.join(" and a ", classes)),
                    "merge adapters of one task");
        }
        return classes.stream().findFirst();
    }

    /** The class that the merged checkpoint is of, or empty when the adapter's task does not change it. */
    static Optional<String> architecture(AdapterConfig adapter, ModelConfig base) {
        String architecture = base.architecture();
        return Optional.ofNullable(CLASS_OF_TASK.get(adapter.taskType()))
                .filter(suffix -> architecture.endsWith(LANGUAGE_MODEL))
                .map(suffix -> architecture.substring(0, architecture.length() - LANGUAGE_MODEL.length()) + suffix);
    }
}
