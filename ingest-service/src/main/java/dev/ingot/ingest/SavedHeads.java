package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.loading.KnownModules;
import dev.ingot.checkpoint.loading.TaskClass;
import dev.ingot.checkpoint.names.HeadlessCheckpoint;
import dev.ingot.ingest.Adapter.AdapterTensor;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What PEFT saved whole although the base lacks it: the head of another class, or a part of the base's own class, as a projector. */
final class SavedHeads {
    private static final String BODY = "transformer.";
    private static final Set<String> OUTPUTS = Set.of("lm_head", "embed_out");

    private final BaseModel base;
    private final Optional<TaskClass> possible;
    private final Set<String> heads = new TreeSet<>();

    SavedHeads(BaseModel base, AdapterConfig adapter) {
        this.base = base;
        this.possible = TaskClass.of(adapter.taskType(), base.config().architecture());
    }

    /** Whether a parameter that the base lacks belongs to the merged class; then it counts as one of its parameters. */
    boolean takes(String parameter) {
        if (possible.filter(task -> task.isHead(parameter)).isPresent()) {
            heads.add(parameter);
            return true;
        }
        return isOfOwnClass(parameter);
    }

    /** A weight that the base's class has, or the bias of a module of which the base has no weight either. */
    private boolean isOfOwnClass(String parameter) {
        int dot = parameter.lastIndexOf('.');
        String module = parameter.substring(0, Math.max(0, dot));
        String leaf = parameter.substring(dot + 1);
        boolean possible = leaf.equals("weight") || leaf.equals("bias") && !base.has(module + ".weight");
        return possible
                && KnownModules.of(base.config().architecture())
                        .filter(own -> own.has(module))
                        .isPresent();
    }

    /** The class that the heads make of the model; empty where it stays the base's. */
    Optional<TaskClass> task() {
        return heads.isEmpty() ? Optional.empty() : possible;
    }

    /** RefusedInput {@code adapter.head-missing} when the class needs a weight that nobody saved. */
    void requireWhole() {
        task().flatMap(task -> task.missing(name -> base.has(name) || heads.contains(name)))
                .ifPresent(missing -> {
                    throw new RefusedInput(
                            "adapter.head-missing",
                            ("A %s has %s, but neither base nor adapter have it: it was random when training began, and was not saved"
                                            + " with %s.")
                                    .formatted(possible.orElseThrow().architecture(), missing, heads),
                            "train again with its module among modules_to_save");
                });
    }

    /** RefusedInput {@code adapter.head-missing} when all that is without place is for the output embedding of a base that was saved without one. */
    void requireOutput(List<AdapterTensor> unmatched) {
        Optional<String> headed = HeadlessCheckpoint.languageModelOn(base.config());
        boolean ofOutput = unmatched.stream()
                .map(tensor -> tensor.key().module())
                .allMatch(module -> OUTPUTS.contains(module.substring(module.lastIndexOf('.') + 1)));
        if (headed.isPresent() && ofOutput) {
            throw new RefusedInput(
                    "adapter.head-missing",
                    ("%s is for the output embedding of a %s, which the base, saved as a %s, lacks and does not tie to its input:"
                                    + " it was random when training began, and was not saved.")
                            .formatted(
                                    unmatched.getFirst().name(),
                                    headed.get(),
                                    base.config().architecture()),
                    "train again on a base that was saved with its head, or with lm_head among modules_to_save");
        }
    }

    /** RefusedInput {@code adapter.random-body} when the class keeps its body under another name than the base, so that it was never loaded. */
    void requireBody(List<AdapterTensor> unmatched) {
        boolean elsewhere = possible.isPresent()
                && unmatched.stream().allMatch(tensor -> tensor.key().module().startsWith(BODY))
                && base.parameters().keySet().stream().noneMatch(name -> name.startsWith(BODY));
        if (elsewhere) {
            throw new RefusedInput(
                    "adapter.random-body",
                    ("%s is for the body of a %s, which transformers does not load from a %s: every weight below the adapter was random"
                                    + " when training began, and was not saved.")
                            .formatted(
                                    unmatched.getFirst().name(),
                                    possible.orElseThrow().architecture(),
                                    base.config().architecture()),
                    "train again on a base that was saved as this class");
        }
    }
}
