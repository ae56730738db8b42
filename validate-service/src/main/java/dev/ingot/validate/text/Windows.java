package dev.ingot.validate.text;

import dev.ingot.validate.measure.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Cuts a text into windows: every passage is encoded on its own and followed by the end-of-sequence token, all are joined, and windows overlap by one
 * token, so that every token but the first is predicted exactly once.
 *
 * @param length predicted tokens per window
 * @param endOfSequence token after each passage
 */
public record Windows(int length, int endOfSequence) {
    public Windows {
        if (length < 1) {
            throw new IllegalArgumentException("windows of " + length + " tokens predict nothing");
        }
    }

    /**
     * The windows of a text.
     *
     * @param set index given to every window
     * @param budget of predicted tokens; what comes after is left out
     */
    public List<Window> cut(int set, EvaluationText text, Function<String, int[]> encode, long budget) {
        int[] tokens = tokens(text, encode, budget);
        List<Window> windows = new ArrayList<>();
        for (int from = 0; from < tokens.length - 1; from += length) {
            windows.add(new Window(set, Arrays.copyOfRange(tokens, from, Math.min(from + length + 1, tokens.length))));
        }
        return windows;
    }

    private int[] tokens(EvaluationText text, Function<String, int[]> encode, long budget) {
        int limit = Math.toIntExact(Math.min(budget, Integer.MAX_VALUE - 1) + 1);
        int[] tokens = new int[1024];
        int count = 0;
        for (String passage : text.passages()) {
            if (count >= limit) {
                break;
            }
            int[] encoded = encode.apply(passage);
            if (count + encoded.length + 1 > tokens.length) {
                tokens = Arrays.copyOf(tokens, Math.max(2 * tokens.length, count + encoded.length + 1));
            }
            System.arraycopy(encoded, 0, tokens, count, encoded.length);
            count += encoded.length;
            tokens[count++] = endOfSequence;
        }
        return Arrays.copyOf(tokens, Math.min(count, limit));
    }
}
