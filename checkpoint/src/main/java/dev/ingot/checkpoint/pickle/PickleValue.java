package dev.ingot.checkpoint.pickle;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * What stands in a pickle. Values are a graph, not a tree: two places may hold the same node, and a node may hold itself. So containers are compared
 * by identity, and whoever walks them bounds the walk.
 */
public sealed interface PickleValue
        permits PickleValue.None,
                PickleValue.Bool,
                PickleValue.Whole,
                PickleValue.Large,
                PickleValue.Decimal,
                PickleValue.Text,
                PickleValue.Bytes,
                PickleValue.Global,
                PickleContainer {

    /** Python's None. */
    record None() implements PickleValue {
        static final None NONE = new None();
    }

    record Bool(boolean value) implements PickleValue {}

    /** An integer that fits 64 bits. */
    record Whole(long value) implements PickleValue {}

    /** An integer that does not. */
    record Large(BigInteger value) implements PickleValue {}

    record Decimal(double value) implements PickleValue {}

    record Text(String value) implements PickleValue {}

    /** A byte string, of which only the length is kept. */
    record Bytes(long length) implements PickleValue {}

    /** The name of a class or function. */
    record Global(String module, String name) implements PickleValue {
        /** {@code module.name}. */
        public String qualified() {
            return module + "." + name;
        }
    }

    /** The text, or null when this is none. */
    default @Nullable String text() {
        return this instanceof Text text ? text.value() : null;
    }

    /** What it is, for messages: {@code a text}, {@code an object of class a.b}. */
    default String described() {
        return switch (this) {
            case None none -> "None";
            case Bool bool -> "a truth value";
            case Whole whole -> "the number " + whole.value();
            case Large large -> "a number of " + large.value().bitLength() + " bits";
            case Decimal decimal -> "the number " + decimal.value();
            case Text text -> "a text";
            case Bytes bytes -> "a byte string";
            case Global global -> "the name " + global.qualified();
            case PickleSequence sequence -> "a sequence of " + sequence.size();
            case PickleMapping mapping -> "a mapping of " + mapping.size();
            case PickleObject object -> "an unknown object of class " + object.className();
            case PicklePersistent persistent -> "a reference to data outside";
        };
    }
}
