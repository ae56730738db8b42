package dev.ingot.validate.family;

/**
 * A root-mean-square norm over the last dimension: {@code x / sqrt(mean(x²) + epsilon) * (weight + offset)}.
 *
 * @param tensor that holds the weight
 * @param offset 0, or 1 where the family stores weight - 1
 */
public record NormRecipe(String tensor, long width, double epsilon, float offset) {}
