package dev.ingot.validate.family;

/** A checkpoint computes something that no description here covers; fidelity cannot be measured then, which is no fault of the checkpoint. */
public final class UnknownFamily extends RuntimeException {
    /** @param what cannot be computed: a noun phrase */
    public UnknownFamily(String what) {
        super("validate cannot compute " + what);
    }
}
