package dev.ingot.checkpoint.pickle;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a call would have made in Python: the name of what would have been called, its arguments, and the state set afterwards. */
public final class PickleObject extends PickleContainer {
    private final PickleValue callable;
    private final PickleValue arguments;
    private @Nullable PickleValue state;
    private @Nullable PickleMapping entries;

    PickleObject(PickleValue callable, PickleValue arguments) {
        this.callable = callable;
        this.arguments = arguments;
        count(callable);
        count(arguments);
    }

    /** What would have been called; a Global as a rule. */
    public PickleValue callable() {
        return callable;
    }

    /** Positional arguments, a tuple as a rule. */
    public PickleValue arguments() {
        return arguments;
    }

    /** {@code module.name} of what would have been called, or what it is instead. */
    public String className() {
        return callable instanceof PickleValue.Global global ? global.qualified() : "unknown";
    }

    /** The argument of that position, or empty. */
    public Optional<PickleValue> argument(int index) {
        return arguments instanceof PickleSequence tuple && index < tuple.size()
                ? Optional.of(tuple.get(index))
                : Optional.empty();
    }

    /** The call that two arguments of this one describe, a function and a tuple for it; or empty. */
    public Optional<PickleObject> call(int function, int argumentsOfIt) {
        return argument(function)
                .flatMap(called -> argument(argumentsOfIt).map(given -> new PickleObject(called, given)));
    }

    /** What {@code __setstate__} would have been given. */
    public Optional<PickleValue> state() {
        return Optional.ofNullable(state);
    }

    /** A member of a state that is a dict, or the second half of a pair of which the first is one. */
    public Optional<PickleValue> member(String name) {
        if (state instanceof PickleMapping members) {
            return members.get(name);
        }
        if (state instanceof PickleSequence pair) {
            return pair.items().stream()
                    .filter(PickleMapping.class::isInstance)
                    .flatMap(half -> ((PickleMapping) half).get(name).stream())
                    .findFirst();
        }
        return Optional.empty();
    }

    /** What was set in it by key, where its class is a kind of dict. */
    public Optional<PickleMapping> entries() {
        return Optional.ofNullable(entries);
    }

    void build(PickleValue newState) {
        state = newState;
        count(newState);
    }

    void put(PickleValue key, PickleValue value) {
        if (entries == null) {
            entries = new PickleMapping();
        }
        entries.put(key, value);
        count(key);
        count(value);
    }

    /** An item of a kind of list: counted, not kept. */
    void append(PickleValue item) {
        count(item);
    }
}
