package dev.ingot.checkpoint.pickle;

import java.util.HashMap;
import java.util.Map;

/** Values that a pickle comes back to, by number. */
final class PickleMemo {
    private static final int ENTRY = 64;

    private final PickleInput input;
    private final Map<Long, PickleValue> values = new HashMap<>();

    PickleMemo(PickleInput input) {
        this.input = input;
    }

    void put(long number, PickleValue value) {
        if (values.put(number, value) == null) {
            input.spend(ENTRY);
        }
    }

    void putNext(PickleValue value) {
        put(values.size(), value);
    }

    PickleValue get(long number) {
        PickleValue found = values.get(number);
        if (found == null) {
            throw input.refuse("memo", "it fetches value %d, which was never put aside".formatted(number));
        }
        return found;
    }
}
