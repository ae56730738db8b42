package dev.ingot.registry.run;

/** Where one stage of a run stands. */
public enum StageState {
    WAITING,
    RUNNING,
    DONE,
    /** The run ended before this stage was done. */
    STOPPED
}
