package dev.ingot.pipeline.work;

/**
 * Who does the work; stands in attempts and markers, for people.
 *
 * @param name of the process: host or pod
 * @param version of Ingot
 */
public record Worker(String name, String version) {}
