package dev.ingot.pipeline.work;

/** Takes how far a task got; cheap enough to call per tile. Called from any thread. */
@FunctionalInterface
public interface Progress {
    Progress NONE = (done, total, unit, note) -> {};

    /** {@code done} of {@code total} (0: not known) in {@code unit} ({@code bytes}, {@code tokens}, {@code tensors}); note may be empty. */
    void at(long done, long total, String unit, String note);
}
