package dev.ingot.checkpoint.adapter;

import dev.ingot.checkpoint.RefusedInput;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression of adapter_config.json that matches module paths. Patterns come from outside, so their length and the work that they make
 * are bounded.
 */
final class NamePattern {
    private static final int MAX_LENGTH = 4096;
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_-]+");

    private final String member;
    private final String text;
    private final boolean plainEnd;
    private final Pattern pattern;

    private NamePattern(String member, String text, boolean plainEnd, Pattern pattern) {
        this.member = member;
        this.text = text;
        this.plainEnd = plainEnd;
        this.pattern = pattern;
    }

    /** Matches a whole path, or its end after a dot, as PEFT matches keys of rank_pattern: {@code ^(.*\.)?(KEY)$}. */
    static NamePattern ofEnd(String member, String key) {
        boolean plain = PLAIN.matcher(key).matches();
        return new NamePattern(member, key, plain, compile(member, key, plain ? key : "(.*\\.)?(" + key + ")"));
    }

    /** Matches a whole path, as PEFT matches target_modules given as a string. */
    static NamePattern ofWhole(String member, String regex) {
        return new NamePattern(member, regex, false, compile(member, regex, regex));
    }

    /** RefusedInput {@code adapter.pattern} when the pattern makes more work than a name is worth. */
    boolean matches(String module) {
        if (plainEnd) {
            return module.equals(text) || module.endsWith("." + text);
        }
        try {
            return pattern.matcher(new CountedText(module)).matches();
        } catch (CountedText.Exhausted | StackOverflowError hostile) {
            throw refuse(member, "the pattern '" + shortened(text) + "', which does not come to an end on " + module);
        }
    }

    private static Pattern compile(String member, String shown, String regex) {
        if (shown.length() > MAX_LENGTH) {
            throw refuse(member, "a pattern of " + shown.length() + " characters");
        }
        try {
            return Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            throw refuse(member, "the pattern '" + shortened(shown) + "', which is no regular expression");
        }
    }

    private static String shortened(String text) {
        return text.length() <= 80 ? text : text.substring(0, 80) + "…";
    }

    private static RefusedInput refuse(String member, String found) {
        return new RefusedInput(
                "adapter.pattern",
                member + " in adapter_config.json has " + found + ".",
                "correct " + member + " in adapter_config.json");
    }
}
