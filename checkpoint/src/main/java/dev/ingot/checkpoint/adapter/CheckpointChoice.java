package dev.ingot.checkpoint.adapter;

import dev.ingot.checkpoint.RefusedInput;
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

    /** As a request says it; RefusedInput {@code request.checkpoint} for anything else. */
    public static CheckpointChoice of(String text) {
        try {
            return new CheckpointChoice(text);
        } catch (IllegalArgumentException e) {
            throw new RefusedInput(
                    "request.checkpoint",
                    "The checkpoint %s.".formatted(e.getMessage()),
                    "say last, best or the number of a step, or leave it out",
                    e);
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
