package dev.ingot.validate.weights;

import dev.ingot.validate.family.DecoderRecipe;
import java.util.Map;
import java.util.Set;

/**
 * One of the models that are compared.
 *
 * @param weights of every tensor that the recipe names
 * @param own tensors in which this side differs from the base; others are loaded once for both
 * @param deltas by module, applied beside the weight and never added to it
 */
public record Side(
        Variant variant, DecoderRecipe recipe, WeightSource weights, Set<String> own, Map<String, ModuleDelta> deltas) {
    public Side {
        own = Set.copyOf(own);
        deltas = Map.copyOf(deltas);
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
