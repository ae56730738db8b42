package dev.ingot.checkpoint.names;

import java.util.ArrayList;
import java.util.List;

/**
 * An adapter of a language model alone on a model that has it inside, or the reverse: one beginning of names stands for another.
 *
 * @param from beginning of the adapter's names
 * @param to beginning of the base's
 */
record LanguagePrefix(String from, String to) {
    static final LanguagePrefix NONE = new LanguagePrefix("", "");
    private static final List<String> INSIDE = List.of(
            "language_model.model.",
            "model.language_model.",
            "model.language_model.model.",
            "language_model.",
            "model.text_model.",
            "text_model.model.",
            "thinker.model.",
            "thinker.model.language_model.");
    private static final List<String> ALONE = List.of("model.", "");
    private static final String HEAD = "lm_head";

    /** All that could apply: those whose replacement stands in the base. */
    static List<LanguagePrefix> candidates(ParameterNames base) {
        List<LanguagePrefix> found = new ArrayList<>();
        for (String inside : INSIDE) {
            for (String alone : ALONE) {
                if (base.all().stream().anyMatch(name -> name.startsWith(inside))) {
                    found.add(new LanguagePrefix(alone, inside));
                }
                if (base.all().stream().anyMatch(name -> name.startsWith(alone + "layers."))) {
                    found.add(new LanguagePrefix(inside, alone));
                }
            }
        }
        return found;
    }

    /** The path in the base; unchanged for one that begins otherwise. The head has the same name everywhere, or stands beside the model inside. */
    String apply(String path, ParameterNames base) {
        if (equals(NONE)) {
            return path;
        }
        if (path.equals(HEAD) || path.endsWith("." + HEAD)) {
            String beside = to.contains(".") ? to.substring(0, to.indexOf('.') + 1) + HEAD : HEAD;
            return base.has(beside + ".weight") ? beside : HEAD;
        }
        return path.startsWith(from) ? to + path.substring(from.length()) : path;
    }

    /** For people. */
    String text() {
        return "language model alone: " + shown(from) + " => " + shown(to);
    }

    private static String shown(String prefix) {
        return prefix.isEmpty() ? "(no prefix)" : prefix;
    }
}
