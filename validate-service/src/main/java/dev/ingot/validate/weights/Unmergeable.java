package dev.ingot.validate.weights;

/** The adapter does something that the judge cannot recompute; nothing can then be said about a merge of it. */
public final class Unmergeable extends RuntimeException {
    /** @param what it does: a noun phrase */
    public Unmergeable(String what) {
        super("validate cannot recompute " + what);
    }
}
