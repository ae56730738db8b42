package dev.ingot.dequant;

/**
 * How dequant works on this machine.
 *
 * @param threads that compute tiles of one shard
 * @param tileElements elements of a tile, even; what is written does not depend on it
 */
public record DequantConfig(int threads, int tileElements) {
    private static final int TILE = 1 << 18;

    public DequantConfig {
        if (threads < 1 || tileElements < 2 || tileElements % 2 != 0) {
            throw new IllegalArgumentException(
                    "expected at least 1 thread and tiles of an even number of elements, found " + threads + " and "
                            + tileElements);
        }
    }

    /** One thread per processor. */
    public static DequantConfig ofThisMachine() {
        return new DequantConfig(Runtime.getRuntime().availableProcessors(), TILE);
    }
}
