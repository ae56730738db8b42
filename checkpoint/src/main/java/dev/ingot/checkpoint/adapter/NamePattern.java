package dev.ingot.checkpoint.adapter;

import dev.ingot.checkpoint.RefusedInput;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A key of {@code rank_pattern} or {@code alpha_pattern}: a regular expression that matches a whole module path or its end after a dot, as PEFT
 * matches it: {@code ^(.*\.)?(KEY)$}.
 */
final class NamePattern {
    private static final int MAX_LENGTH = 512;
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_-]+");

    private final String key;
    private final boolean plain;
    private final Pattern pattern;

    private NamePattern(String key, Pattern pattern) {
        this.key = key;
        this.plain = PLAIN.matcher(key).matches();
        this.pattern = pattern;
    }

    /** RefusedInput {@code adapter.pattern} when the key is no usable regular expression. */
    static NamePattern ofKey(String member, String key) {
        if (key.length() > MAX_LENGTH) {
            throw refuse(member, "a key of " + key.length() + " characters");
        }
        try {
            return new NamePattern(key, Pattern.compile("(.*\\.)?(" + key + ")"));
        } catch (PatternSyntaxException e) {
            throw refuse(member, "the key '" + key + "', which is no regular expression");
        }
    }

    boolean matches(String module) {
        return plain
                ? module.equals(key) || module.endsWith("." + key)
                : pattern.matcher(module).matches();
    }

    private static RefusedInput refuse(String member, String found) {
        return new RefusedInput(
                "adapter.pattern",
                member + " in adapter_config.json has " + found + ".",
                "correct " + member + " in adapter_config.json");
    }
}
