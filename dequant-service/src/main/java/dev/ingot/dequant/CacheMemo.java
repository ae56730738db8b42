package dev.ingot.dequant;

/**
 * Create-once document: what source files of one identity turned out to hold.
 *
 * @param digest of recipe and source bytes: SHA-256 hex
 */
public record CacheMemo(String digest) {}
