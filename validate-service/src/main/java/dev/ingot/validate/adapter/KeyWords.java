package dev.ingot.validate.adapter;

import dev.ingot.checkpoint.adapter.AdapterConfig;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A tensor's name without the words that say how a model was wrapped, and not which of its parameters it is. */
final class KeyWords {
    private static final Pattern INFIX = Pattern.compile(
            "(?<=^|\\.)(_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module|_forward_module|_dmp_wrapped_module|_fpw_module)\\.");
    private static final Pattern SAVED = Pattern.compile("\\.modules_to_save\\.[^.]+(?=\\.[^.]+)");
    private static final Set<String> ENGINES = Set.of(
            "model",
            "module",
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
    private static final Set<String> PARTS =
            Set.of("language_model", "text_model", "vision_model", "timm_model", "thinker", "vit");
    private static final Set<String> NO_MODEL = Set.of(
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
            "ema_state_dict",
            "v_head",
            "value_head",
            "n_averaged",
            "optimizer",
            "optimizers",
            "optimizer_states",
            "lr_scheduler",
            "lr_schedulers",
            "loss_scaler",
            "grad_scaler",
            "rng_state",
            "inv_freq",
            "_extra_state",
            "masked_bias");

    private static final Pattern SCORE = Pattern.compile("(?:.*\\.)?score\\.(?:weight|bias)");

    private static final Predicate<String> OF_TRAINING = Pattern.compile(
                    "(train|training|val|valid|validation|test)_.*|criterion|loss(_fn|_function)?|metrics?|accuracy|perplexity")
            .asMatchPredicate();

    private KeyWords() {}

    /** A raw key as PEFT's grammar reads it: without wrappers' infixes and the name behind modules_to_save. */
    static String readable(String raw) {
        return SAVED.matcher(INFIX.matcher(raw).replaceAll("")).replaceAll("");
    }

    /** Whether it speaks of something that is trained beside the model, or of the training itself, in a word that no name of the base has. */
    static boolean isOutside(String raw, Set<String> baseWords) {
        List<String> all = List.of(raw.split("\\."));
        boolean beside = OF_TRAINING.test(all.getFirst()) && !baseWords.contains(all.getFirst());
        return beside || all.stream().anyMatch(word -> NO_MODEL.contains(word) && !baseWords.contains(word));
    }

    /** Every word of these names. */
    static Set<String> words(Collection<String> names) {
        return names.stream().flatMap(name -> Stream.of(name.split("\\."))).collect(Collectors.toSet());
    }

    /** Whether it is the value head of a critic under the name of a classifier's: nothing in the config speaks of a head. */
    static boolean isCritic(String raw, AdapterConfig config, Set<String> baseWords) {
        boolean head = config.taskType().contains("CLS") || config.modulesToSave().contains("score");
        return SCORE.matcher(raw).matches() && !head && !baseWords.contains("score");
    }

    /** The word, with its dot, with which all keys begin and that no name of the base has, as of the attribute that holds a model; empty where there is none. */
    static String attribute(Collection<String> raw, Set<String> baseWords) {
        List<String> first = raw.stream()
                .map(key -> readable(key).split("\\.", 2)[0])
                .distinct()
                .toList();
        return first.size() == 1 && !ENGINES.contains(first.getFirst()) && !baseWords.contains(first.getFirst())
                ? first.getFirst() + "."
                : "";
    }

    /** What is left out of a name when two are compared: nothing; engines' words in front; those everywhere; words for a model's parts too. */
    static List<String> forms(String name) {
        List<String> words = new ArrayList<>(List.of(name.split("\\.")));
        int first = 0;
        while (first < words.size() - 1 && ENGINES.contains(words.get(first))) {
            first++;
        }
        List<String> rest = words.subList(first, words.size());
        List<String> anywhere =
                rest.stream().filter(word -> !ENGINES.contains(word)).toList();
        List<String> parts =
                anywhere.stream().filter(word -> !PARTS.contains(word)).toList();
        return List.of(name, String.join(".", rest), String.join(".", anywhere), String.join(".", parts));
    }
}
