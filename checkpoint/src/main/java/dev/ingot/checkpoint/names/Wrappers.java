package dev.ingot.checkpoint.names;

import dev.ingot.checkpoint.adapter.AdapterConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** What training engines and wrappers put into the names of a model's tensors. */
final class Wrappers {
    /** Names that no model has: deleted wherever they stand. */
    private static final Set<String> INFIXES = Set.of(
            "_orig_mod",
            "_fsdp_wrapped_module",
            "_checkpoint_wrapped_module",
            "_forward_module",
            "_dmp_wrapped_module",
            "_fpw_module");

    /** Names that models have too: only a leading run of them may be stripped, and only as the base's names bear out. */
    private static final Set<String> LEADS = Set.of(
            "module",
            "model",
            "base_model",
            "pretrained_model",
            "_original_module",
            "actor",
            "actor_model",
            "policy",
            "policy_model",
            "student",
            "student_model",
            "state_dict",
            "model_state_dict",
            "params");

    /** Models that are trained beside, or not at all. */
    private static final Set<String> OTHER_ROLES = Set.of(
            "critic",
            "critic_model",
            "ref",
            "ref_model",
            "reference_model",
            "reward_model",
            "teacher",
            "teacher_model",
            "value_model",
            "ema",
            "ema_model",
            "model_ema",
            "ema_state_dict");

    private static final Set<String> VALUE_HEADS = Set.of("v_head", "value_head");
    private static final String SCORE = "score";
    private static final String SAVED = "modules_to_save";
    private static final Set<String> TRAINING_STATE = Set.of(
            "n_averaged",
            "optimizer",
            "optimizer_states",
            "optimizers",
            "lr_scheduler",
            "lr_schedulers",
            "loss_scaler",
            "grad_scaler",
            "rng_state");
    private static final Predicate<String> LOSSES = Pattern.compile(
                    "(?:train|training|val|valid|validation|test)_.+|criterion|loss|loss_fn|loss_function|metrics?|accuracy|perplexity")
            .asMatchPredicate();
    private static final List<String> RECOMPUTED = List.of("rotary_emb.inv_freq", "_extra_state", "masked_bias");
    private static final int MAX_LEADS = 6;

    private Wrappers() {}

    /** The name without what no model has in its names. */
    static String withoutInfixes(String name) {
        return String.join(".", segments(name, segment -> !INFIXES.contains(segment)));
    }

    /** What {@link #withoutInfixes} takes away, each once. */
    static List<String> infixes(String name) {
        return segments(name, INFIXES::contains).stream().distinct().toList();
    }

    /**
     * Whether a parameter is the value head of a critic, which OpenRLHF calls {@code score} as transformers calls that of a classifier: where the config trained a
     * classifier, or says that the module was saved, it is the model's.
     */
    static boolean isScore(String name, AdapterConfig config, Predicate<String> baseHasSegment) {
        List<String> segments = List.of(name.split("\\.", -1));
        boolean classifier =
                config.taskType().endsWith("_CLS") || config.modulesToSave().contains(SCORE);
        return segments.size() > 1
                && segments.get(segments.size() - 2).equals(SCORE)
                && Set.of("weight", "bias").contains(segments.getLast())
                && !segments.contains(SAVED)
                && !classifier
                && !baseHasSegment.test(SCORE);
    }

    private static List<String> segments(String name, Predicate<String> wanted) {
        List<String> segments = new ArrayList<>(List.of(name.split("\\.", -1)));
        segments.removeIf(wanted.negate());
        return segments;
    }

    /** Every beginning of a name that may be a wrapper's, none included: {@code ""}, {@code "module."}, {@code "module.model."}, …. */
    static List<String> leads(String name) {
        List<String> leads = new ArrayList<>(List.of(""));
        int at = 0;
        for (int count = 0; count < MAX_LEADS; count++) {
            int dot = name.indexOf('.', at);
            if (dot < 0 || !LEADS.contains(name.substring(at, dot))) {
                break;
            }
            at = dot + 1;
            leads.add(name.substring(0, at));
        }
        return leads;
    }

    /** The name with its dot, with which all begin and that is neither a wrapper's nor the base's: that of the attribute that holds the model. Empty where there is none. */
    static String attribute(List<String> names, Predicate<String> baseHasSegment) {
        List<String> first =
                names.stream().map(name -> name.split("\\.", 2)[0]).distinct().toList();
        boolean alone = first.size() == 1 && !LEADS.contains(first.getFirst());
        return alone && !baseHasSegment.test(first.getFirst()) ? first.getFirst() + "." : "";
    }

    /** The rule by which a tensor is no part of the trained model; empty for one that may be. */
    static Optional<String> outsideOfModel(String name, Predicate<String> baseHasSegment) {
        String rest = name.substring(leads(name).getLast().length());
        String top = rest.contains(".") ? rest.substring(0, rest.indexOf('.')) : rest;
        if (OTHER_ROLES.contains(top) && !baseHasSegment.test(top)) {
            return Optional.of("another role than the trained model: " + top);
        }
        if (TRAINING_STATE.contains(top) && !baseHasSegment.test(top)) {
            return Optional.of("state of training: " + top);
        }
        if (LOSSES.test(top) && !baseHasSegment.test(top)) {
            return Optional.of("loss or metric of the training: " + top);
        }
        for (String segment : new TreeSet<>(List.of(rest.split("\\.", -1)))) {
            if (VALUE_HEADS.contains(segment) && !baseHasSegment.test(segment)) {
                return Optional.of("value head: " + segment);
            }
        }
        return RECOMPUTED.stream()
                .filter(end -> name.equals(end) || name.endsWith("." + end))
                .filter(end -> !baseHasSegment.test(end.substring(end.lastIndexOf('.') + 1)))
                .findFirst()
                .map(end -> "buffer that is computed anew: " + end);
    }
}
