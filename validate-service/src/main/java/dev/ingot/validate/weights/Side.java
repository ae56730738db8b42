package dev.ingot.validate.weights;

import dev.ingot.validate.family.DecoderRecipe;
import java.util.Map;

/**
 * One of the models that are compared.
 *
 * @param weights of every tensor that the recipe names
 * @param deltas by module, applied beside the weight and never added to it
 */
public record Side(Variant variant, DecoderRecipe recipe, WeightSource weights, Map<String, ModuleDelta> deltas) {
    public Side {
        deltas = Map.copyOf(deltas);
    }

    /** Whether this side and another read the same values for a tensor, so that one copy in memory serves both. */
    boolean shares(String tensor, Side other) {
        return weights.origin(tensor).equals(other.weights.origin(tensor));
    }

    /** Which of the three models. */
    public enum Variant {
        /** The base as training saw it, without the adapter. */
        BASE,
        /** The base with the adapter beside it, as training left it. */
        UNMERGED,
        /** What was written, as a consumer loads it. */
        MERGED
    }
}
