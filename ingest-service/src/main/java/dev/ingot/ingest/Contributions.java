package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.adapter.AdapterKey;
import dev.ingot.checkpoint.adapter.LayerReplication;
import dev.ingot.checkpoint.loading.TaskClass;
import dev.ingot.checkpoint.model.Embeddings;
import dev.ingot.ingest.Composition.Part;
import dev.ingot.pipeline.plan.LedgerEntry;
import dev.ingot.pipeline.request.WeightedAdapter;
import dev.ingot.pipeline.source.AdapterFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** All adapters of a run, in the order in which they are applied, each resolved by its own config. */
record Contributions(BaseModel base, List<Contribution> inOrder) {
    Contributions {
        inOrder = List.copyOf(inOrder);
    }

    /** Resolves each on its own; RefusedInput where one does not fit the base, or cannot follow another. */
    static Contributions resolve(BaseModel base, List<AdapterFiles> sources, List<Adapter> adapters, Inputs inputs)
            throws IOException {
        List<Contribution> contributions = new ArrayList<>();
        for (int i = 0; i < adapters.size(); i++) {
            contributions.add(Contribution.resolve(base, sources, adapters, i, inputs));
        }
        return new Contributions(base, contributions);
    }

    /** The layers that all adapters replicate; RefusedInput {@code adapter.conflict} where they disagree. */
    static LayerReplication replication(List<Adapter> adapters) {
        List<LayerReplication> all = adapters.stream()
                .map(adapter -> LayerReplication.of(adapter.config()))
                .distinct()
                .toList();
        if (all.size() > 1) {
            throw new RefusedInput(
                    "adapter.conflict",
                    "The adapters replicate different layers of the base (layer_replication), so that they belong to different models.",
                    "merge adapters of one model");
        }
        return all.getFirst();
    }

    /** Names of the parameters that adapters have whole. */
    static Set<String> whole(List<Adapter> adapters) {
        return adapters.stream()
                .flatMap(adapter -> adapter.tensors().stream())
                .filter(tensor -> tensor.key().role() == AdapterKey.Role.WHOLE)
                .map(tensor -> tensor.key().target())
                .collect(Collectors.toSet());
    }

    boolean areSeveral() {
        return inOrder.size() > 1;
    }

    List<AdapterConfig> configs() {
        return inOrder.stream().map(Contribution::config).toList();
    }

    /** What all of them do together; RefusedInput {@code adapter.conflict} where one would undo what another brings. */
    Changes changes() throws IOException {
        if (!areSeveral()) {
            return inOrder.getFirst().changes();
        }
        Map<String, ParameterChange> together = new LinkedHashMap<>();
        for (String parameter : names(Changes::byParameter)) {
            together.put(
                    parameter,
                    compose(parameter, contribution -> contribution.changes().of(parameter)));
        }
        Map<String, ParameterChange> added = new TreeMap<>(NaturalOrder.INSTANCE);
        for (String parameter : names(Changes::added)) {
            added.put(
                    parameter,
                    compose(
                            parameter,
                            contribution -> Optional.ofNullable(
                                    contribution.changes().added().get(parameter))));
        }
        List<TrainingCopies.Copy> copies = inOrder.stream()
                .flatMap(contribution -> contribution.changes().copies().stream())
                .toList();
        return new Changes(together, added, task(together), ledger(), copies);
    }

    private List<String> names(Function<Changes, Map<String, ParameterChange>> of) {
        return inOrder.stream()
                .flatMap(contribution -> of.apply(contribution.changes()).keySet().stream())
                .distinct()
                .sorted(NaturalOrder.INSTANCE)
                .toList();
    }

    /** What each of them does to a parameter, one after the other. */
    ParameterChange compose(String parameter, Function<Contribution, Optional<ParameterChange>> of) throws IOException {
        List<Part> parts = inOrder.stream()
                .map(contribution ->
                        new Part(contribution, of.apply(contribution).orElse(ParameterChange.NONE)))
                .toList();
        return new Composition(parameter, shapeOf(parameter, parts)).of(parts);
    }

    /** Of the base's, of the matrix that it shares, or of what the first adapter adds. */
    private Shape shapeOf(String parameter, List<Part> parts) {
        if (base.has(parameter)) {
            return base.shapeOf(parameter);
        }
        boolean isHead = base.ends().map(Embeddings::output).equals(Optional.of(parameter));
        return isHead
                ? base.shapeOf(base.ends().orElseThrow().input())
                : parts.stream()
                        .flatMap(part -> part.change().replacement().stream())
                        .findFirst()
                        .orElseThrow()
                        .shape();
    }

    /** The class that one of them makes of the model. A classifier has no output embedding, so that nothing may be meant for it. */
    private Optional<TaskClass> task(Map<String, ParameterChange> together) {
        requireOneClass();
        Optional<TaskClass> task = inOrder.stream()
                .flatMap(contribution -> contribution.changes().task().stream())
                .findFirst();
        Optional<String> head = base.ends().map(Embeddings::output).filter(together::containsKey);
        if (task.isPresent() && head.isPresent()) {
            throw new RefusedInput(
                    "adapter.conflict",
                    "One adapter makes a %s of the model, and another changes %s, which that has not."
                            .formatted(task.get().architecture(), head.get()),
                    "merge adapters of one task");
        }
        return task;
    }

    private void requireOneClass() {
        List<String> classes = configs().stream()
                .flatMap(config -> TaskClass.of(config.taskType(), base.config().architecture()).stream())
                .map(TaskClass::architecture)
                .distinct()
                .toList();
        if (classes.size() > 1) {
            throw new RefusedInput(
                    "adapter.conflict",
                    "The adapters are of different tasks: a merged checkpoint cannot be a %s."
                            .formatted(String.join(" and a ", classes)),
                    "merge adapters of one task");
        }
    }

    private List<LedgerEntry> ledger() {
        return inOrder.stream()
                .flatMap(contribution ->
                        contribution.changes().ledger().stream().map(entry -> entry.ofAdapter(contribution.number())))
                .toList();
    }

    /** In the order in which their tokenizers are preferred: of one that resized the vocabulary, then of the first. */
    List<AdapterFiles> byTokenizer() {
        return inOrder.stream()
                .sorted(Comparator.comparing(contribution -> !resizes(contribution)))
                .map(Contribution::source)
                .toList();
    }

    private boolean resizes(Contribution contribution) {
        return base.ends()
                .map(Embeddings::input)
                .filter(input -> contribution
                        .changes()
                        .of(input)
                        .flatMap(ParameterChange::replacement)
                        .filter(tensor -> !tensor.shape().equals(base.shapeOf(input)))
                        .isPresent())
                .isPresent();
    }

    /** For people: {@code LoRA r=16, alpha=32 + 0.5 × DoRA r=8}. */
    String summary() {
        return inOrder.stream()
                .map(contribution -> {
                    double weight = contribution.source().weight();
                    String summary = contribution.config().summary();
                    return weight == 1 ? summary : weightText(contribution) + " × (" + summary + ")";
                })
                .collect(Collectors.joining(" + "));
    }

    private static String weightText(Contribution contribution) {
        AdapterFiles source = contribution.source();
        return new WeightedAdapter(source.location(), source.weight()).weightText();
    }

    /** A sentence for each adapter that is named more than once. */
    List<String> repeated() {
        Map<String, List<String>> numbers = new LinkedHashMap<>();
        for (Contribution contribution : inOrder) {
            numbers.computeIfAbsent(contribution.source().location(), location -> new ArrayList<>())
                    .add(Integer.toString(contribution.number()));
        }
        return numbers.entrySet().stream()
                .filter(each -> each.getValue().size() > 1)
                .map(each -> "Adapters %s are one and the same (%s): what it adds counts %d times."
                        .formatted(
                                String.join(" and ", each.getValue()),
                                Contribution.lastSegment(each.getKey()),
                                each.getValue().size()))
                .toList();
    }

    /** What was merged, in which order, and whether that order counts; nothing for one adapter that counts as it was trained. */
    Optional<String> note() {
        if (!areSeveral() && inOrder.getFirst().source().weight() == 1) {
            return Optional.empty();
        }
        String list = inOrder.stream()
                .map(contribution -> "%d. %s (%s, weight %s)"
                        .formatted(
                                contribution.number(),
                                contribution.folder(),
                                contribution.config().summary(),
                                weightText(contribution)))
                .collect(Collectors.joining(", "));
        if (!areSeveral()) {
            return Optional.of("The adapter was merged with a weight: " + list.substring("1. ".length()) + ".");
        }
        List<String> others = inOrder.stream()
                .filter(contribution -> !OrderRules.commutes(contribution))
                .map(contribution -> Integer.toString(contribution.number()))
                .toList();
        String order = others.isEmpty()
                ? "Their deltas are summed, so that another order gives the same model."
                : "%s more than add to the base's weights, so that another order may give another model."
                        .formatted(
                                others.size() == 1
                                        ? "Number " + others.getFirst() + " does"
                                        : "Numbers " + String.join(" and ", others) + " do");
        if (inOrder.stream()
                .skip(1)
                .anyMatch(contribution -> contribution.config().isSet("use_dora"))) {
            order += " DoRA's norms are those of the base's own weights, as in a model that has all of them active.";
        }
        return Optional.of("%d adapters were applied in this order: %s. %s".formatted(inOrder.size(), list, order));
    }
}
