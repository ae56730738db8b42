package dev.ingot.registry.run;

/** Where a run stands as a whole. */
public enum RunState {
    /** Handed in; no stage has begun. */
    WAITING,
    RUNNING,
    PUBLISHED,
    REJECTED;

    public boolean isOver() {
        return this == PUBLISHED || this == REJECTED;
    }
}
