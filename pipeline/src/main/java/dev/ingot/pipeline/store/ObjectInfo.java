package dev.ingot.pipeline.store;

import java.time.Instant;

/**
 * An object as a listing shows it.
 *
 * @param identity changes when the content may have changed (etag, or size + mtime)
 */
public record ObjectInfo(String key, long size, String identity, Instant modified) {}
