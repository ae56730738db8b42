package dev.ingot.pipeline.work;

/**
 * An object that a task wrote.
 *
 * @param sha256 lower-case hex, or empty where the run did not ask for it
 * @param crc32c of the whole content
 */
public record ObjectRef(String key, long size, String sha256, int crc32c) {}
