package dev.ingot.merge;

/**
 * How merge works on this machine.
 *
 * @param threads that compute tiles of one shard
 * @param tileElements most elements of a tile; what is written does not depend on it
 */
public record MergeConfig(int threads, int tileElements) {
    public MergeConfig {
        if (threads < 1 || tileElements < LowRankKernel.PANEL) {
            throw new IllegalArgumentException("expected at least 1 thread and tiles of %d elements, found %d and %d"
                    .formatted(LowRankKernel.PANEL, threads, tileElements));
        }
    }

    /** One thread per processor. */
    public static MergeConfig ofThisMachine() {
        return new MergeConfig(Runtime.getRuntime().availableProcessors(), Tile.ELEMENTS);
    }
}
