package dev.ingot.pipeline.store;

/** A store on which two workers could both commit the same task. Nothing may run on it; trying again will not help. */
public final class UnsafeStore extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UnsafeStore(String sentence) {
        super(sentence);
    }
}
