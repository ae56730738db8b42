package dev.ingot.checkpoint.loading;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.adapter.CountedText;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A key that keeps modules from being quantized. It may come from outside, and transformers 5 reads it as a regular expression, so its length and
 * the work that it makes are bounded.
 */
record SkipKey(String text) {
    private static final int MAX_LENGTH = 4096;
    private static final String BOUNDARY = "(?:(?<=\\.)|(?=\\.|$))";

    SkipKey {
        if (text.length() > MAX_LENGTH) {
            throw refuse("a key of " + text.length() + " characters");
        }
    }

    /** Whether the key, as a regular expression, matches the path from its start up to a dot or the end. */
    boolean startsPath(String path) {
        if (text.chars().allMatch(c -> c == '_' || Character.isLetterOrDigit(c))) {
            return path.equals(text) || path.startsWith(text + ".");
        }
        try {
            return Pattern.compile("(?:" + text + ")" + BOUNDARY)
                    .matcher(new CountedText(path))
                    .lookingAt();
        } catch (PatternSyntaxException e) {
            throw refuse("'" + shown() + "', which is no regular expression");
        } catch (CountedText.Exhausted | StackOverflowError hostile) {
            throw refuse("'" + shown() + "', which does not come to an end on " + path);
        }
    }

    private String shown() {
        return text.length() <= 80 ? text : text.substring(0, 80) + "…";
    }

    private static RefusedInput refuse(String found) {
        return new RefusedInput(
                "quantization-config.skip-modules",
                "llm_int8_skip_modules of the quantization config has " + found + ".",
                "correct llm_int8_skip_modules");
    }
}
