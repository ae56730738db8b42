package dev.ingot.pipeline.tile;

import dev.ingot.pipeline.plan.Value;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Gives the base's values to merge, a tile at a time, in the dtype that the base records ({@link Value#dtype()}): rounded once when they were
 * dequantized, exact otherwise. Safe for several threads; a tile may begin and end anywhere.
 */
public interface TileSource extends AutoCloseable {
    /** Elements {@code [first, first + count)} of the flattened value, widened to float32, into {@code into[0..count)}. */
    void floats(Value value, long first, float[] into, int count) throws IOException;

    /** The same elements as little-endian bytes in the value's dtype; {@code into} holds a whole number of elements. */
    void bytes(Value value, long first, ByteBuffer into) throws IOException;

    /**
     * Whether every tile of the value that was given so far is known to hold finite numbers only, so that nobody need look for others. False where
     * nothing is known.
     */
    default boolean isKnownFinite(Value value) {
        return false;
    }

    @Override
    void close() throws IOException;
}
