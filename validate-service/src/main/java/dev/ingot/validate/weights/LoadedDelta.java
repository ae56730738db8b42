package dev.ingot.validate.weights;

import dev.ingot.validate.family.Rectangle;
import java.io.IOException;
import java.lang.foreign.SegmentAllocator;

/**
 * A {@link ModuleDelta} in memory, for a band of its rows.
 *
 * @param left band x rank
 * @param right rank x columns
 */
public record LoadedDelta(FloatMatrix left, FloatMatrix right, float scale) {

    /** Loads the band of {@code rows} rows that begins with {@code firstRow}. */
    public static LoadedDelta load(SegmentAllocator memory, ModuleDelta delta, long firstRow, long rows)
            throws IOException {
        FloatMatrix left = delta.leftTransposed()
                ? FloatMatrix.loadTransposed(
                        memory, delta.source(), delta.left(), delta.rank(), delta.rows(), firstRow, rows)
                : FloatMatrix.load(memory, delta.source(), Rectangle.rows(delta.left(), firstRow, rows, delta.rank()));
        FloatMatrix right = delta.rightTransposed()
                ? FloatMatrix.loadTransposed(
                        memory, delta.source(), delta.right(), delta.columns(), delta.rank(), 0, delta.rank())
                : FloatMatrix.load(
                        memory, delta.source(), Rectangle.rows(delta.right(), 0, delta.rank(), delta.columns()));
        return new LoadedDelta(left, right, delta.scale());
    }
}
