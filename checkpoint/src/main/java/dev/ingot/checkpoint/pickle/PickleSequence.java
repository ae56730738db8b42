package dev.ingot.checkpoint.pickle;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A list, tuple or set; sets keep their order and are not checked for doubles. */
public final class PickleSequence extends PickleContainer {
    /** Which of Python's. */
    public enum Kind {
        LIST,
        TUPLE,
        SET
    }

    private final Kind kind;
    private final List<PickleValue> items;

    PickleSequence(Kind kind, List<PickleValue> items) {
        this.kind = kind;
        this.items = new ArrayList<>(items);
        items.forEach(this::count);
    }

    public Kind kind() {
        return kind;
    }

    public int size() {
        return items.size();
    }

    public PickleValue get(int index) {
        return items.get(index);
    }

    /** A view of what it holds. */
    public List<PickleValue> items() {
        return Collections.unmodifiableList(items);
    }

    void add(PickleValue item) {
        items.add(item);
        count(item);
    }
}
