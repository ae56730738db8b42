package dev.ingot.checkpoint.torch;

/**
 * A stored file of an archive, as the central directory has it.
 *
 * @param header offset of its local header
 * @param size in bytes
 * @param limit offset of what follows it: it ends there or before
 */
record ZipEntry(String name, long header, long size, long limit) {
    ZipEntry before(long next) {
        return new ZipEntry(name, header, size, next);
    }
}
