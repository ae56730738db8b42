package dev.ingot.pipeline;

/** Something that Ingot depends on failed (a broker, a store); the same call may succeed later. */
public final class DependencyFailure extends RuntimeException {
    public DependencyFailure(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
