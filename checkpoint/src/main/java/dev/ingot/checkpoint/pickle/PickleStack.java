package dev.ingot.checkpoint.pickle;

import dev.ingot.checkpoint.RefusedInput;
import java.util.ArrayList;
import java.util.List;

/** The stack of a pickle's machine: values, and marks between them that no value can be taken from below. */
final class PickleStack {
    private static final int REFERENCE = 8;

    private final PickleInput input;
    private final List<PickleValue> values = new ArrayList<>();
    private final List<Integer> marks = new ArrayList<>();

    PickleStack(PickleInput input) {
        this.input = input;
    }

    /** A container is refused here when it has become too deep, or too large if it were written out. */
    void push(PickleValue value) {
        requireBounded(value);
        input.spend(REFERENCE);
        values.add(value);
    }

    PickleValue pop() {
        requireOne();
        return values.removeLast();
    }

    PickleValue peek() {
        requireOne();
        return values.getLast();
    }

    void mark() {
        if (marks.size() == PickleLimits.MARKS) {
            throw input.refuse("nesting", "more than %d marks are open".formatted(PickleLimits.MARKS));
        }
        marks.add(values.size());
    }

    /** Whether nothing is above the last mark. */
    boolean isMarkOnTop() {
        return !marks.isEmpty() && marks.getLast() == values.size();
    }

    /** Takes the last mark and everything above it. */
    List<PickleValue> popToMark() {
        if (marks.isEmpty()) {
            throw underflow("it needs a mark, and there is none");
        }
        List<PickleValue> above = values.subList(marks.removeLast(), values.size());
        List<PickleValue> taken = new ArrayList<>(above);
        above.clear();
        return taken;
    }

    void requireEmpty() {
        if (!values.isEmpty() || !marks.isEmpty()) {
            throw underflow("it stops with more than one value");
        }
    }

    void requireBounded(PickleValue value) {
        if (value instanceof PickleContainer container) {
            if (container.depth() > PickleLimits.DEPTH) {
                throw input.refuse("nesting", "containers are nested deeper than %d".formatted(PickleLimits.DEPTH));
            }
            if (container.expanded() > PickleLimits.EXPANDED) {
                throw input.refuse(
                        "expansion",
                        "shared values make it as large as %d values or more".formatted(PickleLimits.EXPANDED));
            }
        }
    }

    private void requireOne() {
        int floor = marks.isEmpty() ? 0 : marks.getLast();
        if (values.size() <= floor) {
            throw underflow("it takes a value that is not there");
        }
    }

    private RefusedInput underflow(String why) {
        return input.refuse("stack", why);
    }
}
