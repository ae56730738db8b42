package dev.ingot.pipeline.work;

import java.time.Instant;

/**
 * Says that a try at a task began; created once per number before any work, so that a task that kills its worker runs out of tries too.
 *
 * @param task {@link dev.ingot.pipeline.TaskId#id()}
 * @param number 1 for the first try
 * @param attempt {@link Attempt#id()}
 * @param worker who tries, for people
 */
public record AttemptRecord(String task, int number, String attempt, String worker, Instant at) {}
