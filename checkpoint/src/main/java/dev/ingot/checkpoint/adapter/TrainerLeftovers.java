package dev.ingot.checkpoint.adapter;

import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What TRL, axolotl, LLaMA-Factory, unsloth and transformers' Trainer leave around an adapter that is no part of it, although some of it holds tensors. Readers open files by their
 * names and never come across these; here they get the rule by which they do not count.
 */
public final class TrainerLeftovers {
    private static final List<String> EXPORTED = List.of("adapter_model.safetensors", "adapter_model.bin");
    private static final Predicate<String> PART_OF_ADAPTER = Pattern.compile(
                    "adapter_model\\..*|non_lora_(trainables|state_dict)\\..*|mm_projector\\.bin")
            .asMatchPredicate();
    private static final Predicate<String> WEIGHTS =
            Pattern.compile(".*\\.(safetensors|bin|pt|pth|ckpt|gguf)").asMatchPredicate();

    private TrainerLeftovers() {}

    /** Why a file does not count. */
    private enum Rule {
        OPTIMIZER(
                "state of the optimizer",
                "(optimizer|scheduler|scaler|optimizer_\\d+|scheduler_\\d+)\\.(pt|bin|pth)|optimizer\\.safetensors"),
        RANDOM("state of random generators", "rng_state(_\\d+)?\\.pth|random_states_\\d+\\.pkl"),
        ARGUMENTS("arguments of the training", "training_args\\.bin"),
        VALUE_HEAD("head of a reward or value model", "value_head\\.(safetensors|bin)"),
        OTHER("weights that PEFT does not read", "");

        private final String title;
        private final Predicate<String> names;

        Rule(String title, String names) {
            this.title = title;
            this.names = Pattern.compile(names).asMatchPredicate();
        }
    }

    private static Optional<Rule> ruleOf(String name) {
        for (Rule rule : Rule.values()) {
            if (rule.names.test(name)) {
                return Optional.of(rule);
            }
        }
        return WEIGHTS.test(name) && !PART_OF_ADAPTER.test(name) ? Optional.of(Rule.OTHER) : Optional.empty();
    }

    /** A sentence that names what holds tensors and does not count; empty where there is nothing of the kind, or no exported adapter. */
    public static Optional<String> note(FileSet adapter) throws IOException {
        Map<Rule, List<String>> byRule = new EnumMap<>(Rule.class);
        TreeSet<String> folders = new TreeSet<>();
        List<FileInfo> files = adapter.list();
        if (files.stream().noneMatch(file -> EXPORTED.contains(file.name()))) {
            return Optional.empty();
        }
        for (FileInfo file : files) {
            int slash = file.name().indexOf('/');
            if (slash > 0 && WEIGHTS.test(file.name())) {
                folders.add(file.name().substring(0, slash + 1));
            }
            if (slash < 0) {
                ruleOf(file.name())
                        .ifPresent(rule -> byRule.computeIfAbsent(rule, _ -> new ArrayList<>())
                                .add(file.name()));
            }
        }
        List<String> parts = new ArrayList<>();
        byRule.forEach((rule, names) -> parts.add(String.join(", ", names) + " (" + rule.title + ")"));
        if (!folders.isEmpty()) {
            parts.add(String.join(", ", folders) + " (weights in a folder of their own)");
        }
        return parts.isEmpty()
                ? Optional.empty()
                : Optional.of("Beside the adapter, and not part of it: "
                        + parts.stream().collect(Collectors.joining("; ")) + ".");
    }
}
