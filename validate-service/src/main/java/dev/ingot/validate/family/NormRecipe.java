package dev.ingot.validate.family;

import java.util.Optional;

/**
 * A norm over the last dimension: {@code (x - m) / sqrt(mean((x - m)²) + epsilon) * (weight + offset) * factor + bias}, where m is the mean for a layer
 * norm and 0 for a root-mean-square norm.
 *
 * @param weight empty for 1
 * @param offset 0, or 1 where the family stores weight - 1
 */
public record NormRecipe(
        boolean centered,
        long width,
        double epsilon,
        Optional<Rectangle> weight,
        float offset,
        float factor,
        Optional<Rectangle> bias) {

    /** A root-mean-square norm with the weight in {@code tensor}. */
    public static NormRecipe rootMeanSquare(String tensor, long width, double epsilon, float offset) {
        return new NormRecipe(
                false, width, epsilon, Optional.of(Rectangle.vector(tensor, 0, width)), offset, 1, Optional.empty());
    }

    /** A root-mean-square norm without weight. */
    public static NormRecipe plain(long width, double epsilon) {
        return new NormRecipe(false, width, epsilon, Optional.empty(), 0, 1, Optional.empty());
    }

    /** A layer norm of a module that has weight and bias. */
    public static NormRecipe layer(String module, long width, double epsilon) {
        return new NormRecipe(
                true,
                width,
                epsilon,
                Optional.of(Rectangle.vector(module + ".weight", 0, width)),
                0,
                1,
                Optional.of(Rectangle.vector(module + ".bias", 0, width)));
    }
}
