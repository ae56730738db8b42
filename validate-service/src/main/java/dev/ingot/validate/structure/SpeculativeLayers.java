package dev.ingot.validate.structure;

import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.validate.weights.MergedWeights;
import dev.ingot.validate.weights.TrainedModel;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Layers that predict several tokens at once: a checkpoint has them for engines that draft with them, under {@code mtp} or as layers behind {@code
 * num_hidden_layers}. transformers loads and saves none, so that a merge by it drops them: no fault, but something to know. Where they are kept they are
 * copies as any other tensor.
 */
public final class SpeculativeLayers {
    /** By which the report names them. */
    public static final String RULE = "speculative-layers";

    private static final Pattern NAMED = Pattern.compile("(^|\\.)mtp(_\\w+)?\\.");
    private static final Pattern NUMBERED = Pattern.compile("^(?:model\\.)?(?:language_model\\.)?layers\\.(\\d+)\\.");

    private SpeculativeLayers() {}

    /** Whether a tensor of the base is of one. */
    static Predicate<String> of(ModelConfig base) {
        long depth = base.integer("num_hidden_layers").orElse(Long.MAX_VALUE);
        return tensor -> {
            Matcher layer = NUMBERED.matcher(tensor);
            boolean behind = layer.find() && layer.group(1).length() < 10 && Long.parseLong(layer.group(1)) >= depth;
            return behind || NAMED.matcher(tensor).find();
        };
    }

    /** Says which of them the merged folder has not; nothing where the base has none, or none is dropped. */
    public static List<String> notes(ModelConfig base, TrainedModel trained, MergedWeights merged) {
        List<String> all = trained.tensors().stream().filter(of(base)).sorted().toList();
        TreeSet<String> dropped = new TreeSet<>(all);
        dropped.removeIf(merged::has);
        if (dropped.isEmpty()) {
            return List.of();
        }
        return List.of(
                "%s: %s of the base's %d tensors of layers that predict several tokens at once are not in the merged folder, %s first. transformers loads none of them, so that they are no part of what it computes; an engine that drafts with them cannot."
                        .formatted(
                                RULE,
                                dropped.size() == all.size() ? "all" : Integer.toString(dropped.size()),
                                all.size(),
                                dropped.first()));
    }
}
