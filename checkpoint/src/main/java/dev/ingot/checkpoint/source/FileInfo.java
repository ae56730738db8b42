package dev.ingot.checkpoint.source;

/**
 * One file of a {@link FileSet}.
 *
 * @param name path relative to the set, with {@code /} between segments
 * @param size in bytes
 * @param identity changes whenever the content may have changed: an etag or version, an LFS oid, or path + size + mtime
 */
public record FileInfo(String name, long size, String identity) {}
