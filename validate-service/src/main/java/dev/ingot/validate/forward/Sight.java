package dev.ingot.validate.forward;

import ai.djl.ndarray.index.NDIndex;
import java.util.Optional;

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
    NDIndex seen() {
        return new NDIndex(":, :, {}:{}", first, to);
    }

    /** What comes after each position, in the last columns. */
    Triangle ahead() {
        return new Triangle(rows(), rows(), true, 0);
    }

    /** What the window of each position has left behind, in the first columns; empty where it has left nothing. */
    Optional<Triangle> behind() {
        int columns = window == 0 ? 0 : to - window - first;
        return columns <= 0 ? Optional.empty() : Optional.of(new Triangle(rows(), columns, false, rows() - 1 - columns));
    }
}
