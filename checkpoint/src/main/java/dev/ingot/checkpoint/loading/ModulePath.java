package dev.ingot.checkpoint.loading;

import java.util.ArrayList;
import java.util.List;

/** Paths of modules and parameters, whose numbers a pattern writes as <code>{n}</code>. */
final class ModulePath {
    static final String NUMBER = "{n}";

    private ModulePath() {}

    /** {@code model.layers.{n}.mlp} for {@code model.layers.17.mlp}. */
    static String pattern(String path) {
        String[] parts = path.split("\\.", -1);
        for (int i = 0; i < parts.length; i++) {
            parts[i] = isNumber(parts[i]) ? NUMBER : parts[i];
        }
        return String.join(".", parts);
    }

    /** The numbers of a path, in order. */
    static List<String> numbers(String path) {
        List<String> numbers = new ArrayList<>();
        for (String part : path.split("\\.", -1)) {
            if (isNumber(part)) {
                numbers.add(part);
            }
        }
        return numbers;
    }

    /** A pattern with numbers in place of <code>{n}</code>; what there is no number for stays. */
    static String filled(String pattern, List<String> numbers) {
        String filled = pattern;
        for (String number : numbers) {
            int at = filled.indexOf(NUMBER);
            if (at < 0) {
                return filled;
            }
            filled = filled.substring(0, at) + number + filled.substring(at + NUMBER.length());
        }
        return filled;
    }

    static boolean isNumber(String part) {
        return !part.isEmpty() && part.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
