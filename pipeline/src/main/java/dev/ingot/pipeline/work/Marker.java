package dev.ingot.pipeline.work;

import java.time.Duration;
import java.time.Instant;

/**
 * The commit point of a task: whoever finds it knows that the task is done and where its output is.
 *
 * @param task {@link dev.ingot.pipeline.TaskId#id()}
 * @param attempt id of the attempt that won
 * @param worker who did it, for people
 * @param version of Ingot
 */
public record Marker(
        String task, String attempt, String worker, String version, Instant at, Duration took, StageResult result) {}
