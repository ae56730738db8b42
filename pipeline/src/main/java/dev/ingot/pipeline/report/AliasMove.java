package dev.ingot.pipeline.report;

import java.time.Instant;

/**
 * An alias was pointed at a version. Moves are only ever appended: the last one counts, the others are its history.
 *
 * @param schema 1
 * @param by who moved it, for people
 */
public record AliasMove(int schema, String alias, int version, String by, Instant at) {}
