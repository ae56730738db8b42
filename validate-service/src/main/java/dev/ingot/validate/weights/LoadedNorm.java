package dev.ingot.validate.weights;

import dev.ingot.validate.family.NormRecipe;
import dev.ingot.validate.family.Rectangle;
import java.io.IOException;
import java.lang.foreign.SegmentAllocator;
import java.util.Optional;

/**
 * A norm in memory.
 *
 * @param weight as one row, with offset and factor in it; empty for 1
 */
public record LoadedNorm(NormRecipe recipe, Optional<FloatMatrix> weight, Optional<FloatMatrix> bias) {

    /** Loads the norm of one side. */
    public static LoadedNorm load(SegmentAllocator memory, Side side, NormRecipe norm) throws IOException {
        Optional<FloatMatrix> weight =
                vector(memory, side, norm.weight()).map(values -> values.adjusted(norm.offset(), norm.factor()));
        return new LoadedNorm(norm, weight, vector(memory, side, norm.bias()));
    }

    private static Optional<FloatMatrix> vector(SegmentAllocator memory, Side side, Optional<Rectangle> part)
            throws IOException {
        return part.isPresent() ? Optional.of(FloatMatrix.load(memory, side.weights(), part.get())) : Optional.empty();
    }
}
