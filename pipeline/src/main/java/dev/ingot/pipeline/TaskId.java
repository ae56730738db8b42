package dev.ingot.pipeline;

/**
 * One task of a run: a stage, and the shard it works on (1-based; 0 for stages that see the whole run). Its id is the key segment under
 * {@code done/}, {@code attempts/} and {@code data/}.
 */
public record TaskId(RunRef run, StageName stage, int shard) {
    public TaskId {
        if (shard < 0) {
            throw new IllegalArgumentException("shard " + shard + " of " + run + " is negative");
        }
    }

    /** {@code merge-00003}, or {@code ingest} for a task without a shard. */
    public String id() {
        return shard == 0 ? stage.id() : "%s-%05d".formatted(stage.id(), shard);
    }
}
