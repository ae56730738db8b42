package dev.ingot.checkpoint.pickle;

import dev.ingot.checkpoint.pickle.PickleSequence.Kind;
import dev.ingot.checkpoint.pickle.PickleValue.Global;
import java.util.List;
import java.util.Set;

/** What becomes of a call: a container for Python's own containers, else the call as data. */
final class PickleCalls {
    private static final Set<String> MAPPINGS =
            Set.of("collections.OrderedDict", "collections.Counter", "collections.defaultdict", "builtins.dict");
    private static final Set<String> SETS =
            Set.of("builtins.set", "builtins.frozenset", "__builtin__.set", "__builtin__.frozenset");

    private PickleCalls() {}

    static PickleValue of(PickleValue callable, PickleValue arguments) {
        if (callable instanceof Global global && arguments instanceof PickleSequence tuple) {
            if (MAPPINGS.contains(global.qualified())) {
                return mapping(tuple);
            }
            if (SETS.contains(global.qualified()) && tuple.size() == 1 && tuple.get(0) instanceof PickleSequence list) {
                return new PickleSequence(Kind.SET, list.items());
            }
        }
        return new PickleObject(callable, arguments);
    }

    private static PickleValue mapping(PickleSequence arguments) {
        PickleMapping mapping = new PickleMapping();
        for (PickleValue argument : arguments.items()) {
            if (argument instanceof PickleSequence pairs) {
                addPairs(mapping, pairs.items());
            } else if (argument instanceof PickleMapping other) {
                for (int i = 0; i < other.size(); i++) {
                    mapping.put(other.key(i), other.value(i));
                }
            }
        }
        return mapping;
    }

    private static void addPairs(PickleMapping into, List<PickleValue> pairs) {
        for (PickleValue pair : pairs) {
            if (pair instanceof PickleSequence two && two.size() == 2) {
                into.put(two.get(0), two.get(1));
            }
        }
    }
}
