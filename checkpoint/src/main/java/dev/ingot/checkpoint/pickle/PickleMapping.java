package dev.ingot.checkpoint.pickle;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A dict in the order of its insertions. A key that was set twice stands here twice. */
public final class PickleMapping extends PickleContainer {
    private final List<PickleValue> keys = new ArrayList<>();
    private final List<PickleValue> values = new ArrayList<>();

    public int size() {
        return keys.size();
    }

    public PickleValue key(int index) {
        return keys.get(index);
    }

    public PickleValue value(int index) {
        return values.get(index);
    }

    /** The value of a text key: the last one, as Python keeps it. */
    public Optional<PickleValue> get(String key) {
        for (int i = keys.size() - 1; i >= 0; i--) {
            if (key.equals(keys.get(i).text())) {
                return Optional.of(values.get(i));
            }
        }
        return Optional.empty();
    }

    void put(PickleValue key, PickleValue value) {
        keys.add(key);
        values.add(value);
        count(key);
        count(value);
    }
}
