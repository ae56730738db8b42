package dev.ingot.pipeline.plan;

/**
 * A file that the plan reads.
 *
 * @param location of the file set ({@code file:///…}, {@code s3://…}); worker and planner must both reach it
 * @param name within the set
 * @param identity as the set gave it when the plan was made; a worker that finds another refuses
 */
public record InputFile(InputRole role, String location, String name, long size, String identity) {
    /** Which input a file belongs to. */
    public enum InputRole {
        BASE,
        ADAPTER
    }
}
