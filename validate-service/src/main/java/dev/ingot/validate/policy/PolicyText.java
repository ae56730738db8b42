package dev.ingot.validate.policy;

import java.util.Arrays;

/** The defaults as a file to start from: every key with its explanation above it. It is a policy itself. */
public final class PolicyText {
    private static final int WIDTH = 110;

    private PolicyText() {}

    /** YAML, ending with a line feed. */
    public static String defaults() {
        StringBuilder text = new StringBuilder();
        comment(
                text,
                "",
                "Policy of a team: what a merged checkpoint has to hold before it is published. Every key may be left out and then has the value that stands here.");
        String section = "";
        for (PolicyKey key : PolicyKey.values()) {
            text.append('\n');
            if (!key.section().equals(section)) {
                section = key.section();
                text.append(section.isEmpty() ? "" : section + ":\n");
            }
            String indent = section.isEmpty() ? "" : "  ";
            comment(text, indent, key.explanation());
            text.append("%s%s: %s\n".formatted(indent, key.name(section), key.usual()));
        }
        return text.toString();
    }

    private static void comment(StringBuilder text, String indent, String sentences) {
        StringBuilder line = new StringBuilder(indent + "#");
        for (String word : Arrays.asList(sentences.split(" "))) {
            if (line.length() + 1 + word.length() > WIDTH) {
                text.append(line).append('\n');
                line = new StringBuilder(indent + "#");
            }
            line.append(' ').append(word);
        }
        text.append(line).append('\n');
    }
}
