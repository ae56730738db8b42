package dev.ingot.checkpoint.loading;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The class that PEFT trains for a task ({@code SEQ_CLS}) on the body of a language model: {@code LlamaForSequenceClassification} on
 * {@code LlamaForCausalLM}. Which modules it has is read from the table of transformers' classes; for a class that the table has not, from the names
 * that heads have everywhere.
 *
 * @param architecture as config.json names it
 * @param task suffix of the class
 * @param known modules of the class, or for a question answering class those of its sibling that labels tokens
 */
public record TaskClass(String architecture, Task task, Optional<KnownModules> known) {
    private static final List<String> LANGUAGE_MODELS =
            List.of("ForCausalLM", "LMHeadModel", "ForMaskedLM", "ForPreTraining");
    /** A body without head: of a class that the table has, since much else ends so. */
    private static final String BODY = "Model";

    private static final Map<String, Task> TASKS = Map.of(
            "SEQ_CLS", Task.SEQUENCES,
            "TOKEN_CLS", Task.TOKENS,
            "QUESTION_ANS", Task.QUESTIONS);
    /** Where language models keep what predicts tokens: the first part of a tensor's name. */
    private static final Set<String> TOKEN_HEADS = Set.of(
            "lm_head",
            "embed_out",
            "output",
            "output_projection",
            "pred_layer",
            "lm_loss",
            "cls",
            "predictions",
            "sop_classifier",
            "lm_predictions",
            "mask_predictions",
            "generator_predictions",
            "generator_lm_head",
            "discriminator_predictions",
            "vocab_transform",
            "vocab_layer_norm",
            "vocab_projector",
            "decoder");

    private static final Set<String> LABEL_HEADS = Set.of("score", "classifier");
    private static final String ANSWERS = "qa_outputs";
    private static final String POOLER = "pooler";

    /** What the class is for. */
    public enum Task {
        SEQUENCES("ForSequenceClassification"),
        TOKENS("ForTokenClassification"),
        QUESTIONS("ForQuestionAnswering");

        private final String suffix;

        Task(String suffix) {
            this.suffix = suffix;
        }
    }

    /**
     * The class for a {@code task_type} on a base of class {@code base}; empty for another task, and for a base that is neither a language model nor the
     * body of a class that is known.
     */
    public static Optional<TaskClass> of(String taskType, String base) {
        Task task = TASKS.get(taskType);
        if (task == null) {
            return Optional.empty();
        }
        Optional<String> ending =
                LANGUAGE_MODELS.stream().filter(base::endsWith).findFirst();
        if (ending.isEmpty() && base.endsWith(BODY)) {
            return Optional.of(on(base, BODY, task))
                    .filter(found -> found.known().isPresent());
        }
        return ending.map(found -> on(base, found, task));
    }

    private static TaskClass on(String base, String ending, Task task) {
        String family = base.substring(0, base.length() - ending.length());
        Task described = task == Task.QUESTIONS ? Task.TOKENS : task;
        return new TaskClass(family + task.suffix, task, KnownModules.of(family + described.suffix));
    }

    /** Whether a parameter, which the base lacks, is part of this class's head. */
    public boolean isHead(String parameter) {
        String module = moduleOf(parameter);
        if (!parameter.equals(module + ".weight") && !parameter.equals(module + ".bias")) {
            return false;
        }
        if (task == Task.QUESTIONS && (module.equals(ANSWERS) || LABEL_HEADS.contains(first(module)))) {
            return module.equals(ANSWERS);
        }
        return known.map(modules -> modules.has(module)).orElse(LABEL_HEADS.contains(module));
    }

    /** Whether a tensor of the base is a part of this class too: the head over tokens is not, nor a pooler that the class does without. */
    public boolean keeps(String tensor) {
        List<String> path = List.of(tensor.split("\\."));
        boolean pooler = path.size() > 1 && path.subList(0, 2).contains(POOLER);
        return !TOKEN_HEADS.contains(path.getFirst())
                && (!pooler
                        || known.map(modules -> modules.has(moduleOf(tensor))).orElse(true));
    }

    /** A weight above the body that the class has and that is nowhere: transformers would make it up. */
    public Optional<String> missing(Predicate<String> hasParameter) {
        Stream<String> above = known.stream()
                .flatMap(KnownModules::single)
                .filter(TaskClass::isAboveBody)
                .map(module -> module + ".weight")
                .filter(this::isHead);
        Stream<String> answers = task == Task.QUESTIONS ? Stream.of(ANSWERS + ".weight") : Stream.empty();
        return Stream.concat(above, answers)
                .filter(weight -> !hasParameter.test(weight))
                .sorted()
                .findFirst();
    }

    private static boolean isAboveBody(String module) {
        return !module.contains(".") || module.contains(POOLER) || LABEL_HEADS.contains(first(module));
    }

    /** Whether the rows of a head's parameter are the labels. */
    public boolean isPerLabel(String parameter) {
        String module = moduleOf(parameter);
        boolean last = module.equals(ANSWERS) || LABEL_HEADS.contains(module) || module.endsWith(".out_proj");
        return last && parameter.endsWith(".weight");
    }

    private static String first(String path) {
        return path.substring(0, (path + ".").indexOf('.'));
    }

    private static String moduleOf(String parameter) {
        return parameter.substring(0, Math.max(0, parameter.lastIndexOf('.')));
    }
}
