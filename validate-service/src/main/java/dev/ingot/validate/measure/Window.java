package dev.ingot.validate.measure;

/**
 * A stretch of tokens that is evaluated on its own: every token but the first is predicted from those before it.
 *
 * @param set index of the evaluation set that it is from
 */
public record Window(int set, int[] tokens) {
    public Window {
        if (tokens.length < 2) {
            throw new IllegalArgumentException("a window of " + tokens.length + " tokens predicts nothing");
        }
    }

    public int predicted() {
        return tokens.length - 1;
    }
}
