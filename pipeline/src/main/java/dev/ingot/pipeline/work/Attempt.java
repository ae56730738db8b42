package dev.ingot.pipeline.work;

import dev.ingot.pipeline.TaskId;

/**
 * One try at a task.
 *
 * @param number 1 for the first try
 * @param id unique: two workers that run the same task at once have different ones
 * @param progress where to say how far it got
 */
public record Attempt(TaskId task, int number, String id, Progress progress) {}
