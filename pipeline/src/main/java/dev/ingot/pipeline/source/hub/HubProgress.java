package dev.ingot.pipeline.source.hub;

/** Hears how far a download got. Called by any thread. */
@FunctionalInterface
public interface HubProgress {
    /** Nobody listens. */
    HubProgress NONE = (file, done, total) -> {};

    /** @param file its path in the repository */
    void at(String file, long done, long total);
}
