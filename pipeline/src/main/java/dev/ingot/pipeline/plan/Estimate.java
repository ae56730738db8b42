package dev.ingot.pipeline.plan;

/**
 * What the run will move.
 *
 * @param bytesIn read from base and adapter
 * @param bytesOut written to the checkpoint
 * @param modules that the adapter changes
 */
public record Estimate(long bytesIn, long bytesOut, int modules) {}
