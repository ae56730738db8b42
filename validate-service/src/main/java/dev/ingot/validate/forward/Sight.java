package dev.ingot.validate.forward;

import ai.djl.ndarray.index.NDIndex;

/**
 * Which keys some positions of a window look at: those of {@code [first, to)}.
 *
 * @param from first position that asks
 * @param to the one after the last that asks
 * @param first position that any of them sees
 * @param window how many positions each sees, itself included; 0 for all before it
 */
record Sight(int from, int to, int first, int window) {
    Sight {
        if (first < 0 || first > from || from >= to || window < 0) {
            throw new IllegalArgumentException(
                    "positions %d to %d cannot look at those from %d on through a window of %d"
                            .formatted(from, to, first, window));
        }
    }

    static Sight of(int from, int to, int window) {
        return new Sight(from, to, window == 0 ? 0 : Math.max(0, from - window + 1), window);
    }

    int rows() {
        return to - from;
    }

    int columns() {
        return to - first;
    }

    /** Of windows x heads x positions x width. */
    NDIndex asking() {
        return new NDIndex(":, :, {}:{}", from, to);
    }

    /** Of windows x heads x positions x width. */
    NDIndex seen() {
        return new NDIndex(":, :, {}:{}", first, to);
    }

    /** 0 where a position may look, minus infinity elsewhere: rows x columns. */
    float[] mask() {
        float[] mask = new float[rows() * columns()];
        for (int row = 0; row < rows(); row++) {
            for (int column = 0; column < columns(); column++) {
                int back = from + row - first - column;
                boolean sees = back >= 0 && (window == 0 || back < window);
                mask[row * columns() + column] = sees ? 0 : Float.NEGATIVE_INFINITY;
            }
        }
        return mask;
    }
}
