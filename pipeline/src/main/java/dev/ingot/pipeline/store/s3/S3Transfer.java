package dev.ingot.pipeline.store.s3;

/**
 * How large objects travel. An upload holds at most {@code (parallelParts + 1) * partBytes} of heap.
 *
 * @param partBytes of every part but the last; S3 allows 5 MiB and more, and 10 000 parts, so this bounds the size of an object
 * @param parallelParts in flight per upload
 */
public record S3Transfer(int partBytes, int parallelParts) {
    public static final int MIN_PART_BYTES = 5 << 20;
    static final int MAX_PARTS = 10_000;

    /** Objects of up to 156 GiB; 80 MiB per upload. */
    public static final S3Transfer DEFAULT = new S3Transfer(16 << 20, 4);

    public S3Transfer {
        if (partBytes < MIN_PART_BYTES) {
            throw new IllegalArgumentException(
                    "parts of " + partBytes + " bytes, expected " + MIN_PART_BYTES + " or more");
        }
        if (parallelParts < 1) {
            throw new IllegalArgumentException(parallelParts + " parallel parts, expected 1 or more");
        }
    }
}
