package dev.ingot.validate.family;

import java.util.Optional;

/**
 * Causal self-attention with grouped keys and values.
 *
 * @param scale on the products of query and key
 * @param window how many positions back a token sees, itself included; 0 for all
 * @param softcap {@code c · tanh(x / c)} on the scores; 0 for none
 */
public record AttentionRecipe(
        Linear query,
        Linear key,
        Linear value,
        Linear output,
        int heads,
        int keyHeads,
        int headWidth,
        double scale,
        Rope rope,
        int window,
        double softcap,
        Optional<NormRecipe> queryNorm,
        Optional<NormRecipe> keyNorm) {
    public AttentionRecipe {
        if (heads <= 0 || keyHeads <= 0 || heads % keyHeads != 0) {
            throw new IllegalArgumentException(heads + " query heads cannot share " + keyHeads + " key heads");
        }
    }
}
