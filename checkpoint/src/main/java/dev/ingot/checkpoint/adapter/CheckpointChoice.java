package dev.ingot.checkpoint.adapter;

import java.util.regex.Pattern;

/**
 * Which of a trainer's checkpoints is meant.
 *
 * @param text {@code last}, {@code best}, or a step
 */
public record CheckpointChoice(String text) {
    private static final Pattern FORM = Pattern.compile("last|best|\\d{1,18}");

    public CheckpointChoice {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException("'" + text + "' is neither last, best nor the number of a step");
        }
    }

    boolean isLast() {
        return text.equals("last");
    }

    boolean isBest() {
        return text.equals("best");
    }

    /** The step, where a step is named. */
    long step() {
        return Long.parseLong(text);
    }
}
