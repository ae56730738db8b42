package dev.ingot.registry.run;

import dev.ingot.pipeline.StageName;

/**
 * How far one stage of a run is.
 *
 * @param done tasks that have their marker
 * @param total tasks; 0 while the plan is not written
 * @param share 0 to 1, unfinished tasks included as far as they say how far they are
 * @param note what a person would want to know now, or empty
 */
public record StageView(StageName stage, StageState state, int done, int total, double share, String note) {
    /** The stage's name as pages show it. */
    public String name() {
        return stage.id();
    }

    /** Whole percent, for a bar. */
    public int percent() {
        return (int) Math.floor(share * 100);
    }
}
