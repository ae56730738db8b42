package dev.ingot.validate.family;

import java.util.List;

/**
 * Everything that a forward pass of one checkpoint computes, with no choice left: resolved from a {@link DecoderFamily} and a config.json.
 *
 * @param embedding tensor of the input embedding, vocabulary x hidden
 * @param embeddingScale on the rows of the embedding
 * @param head tensor of the output embedding; the input embedding where the two are tied
 * @param logitsSoftcap {@code c · tanh(x / c)} on the logits; 0 for none
 */
public record DecoderRecipe(
        long vocabulary,
        int hidden,
        String embedding,
        float embeddingScale,
        List<LayerRecipe> layers,
        NormRecipe finalNorm,
        String head,
        double logitsSoftcap) {
    public DecoderRecipe {
        layers = List.copyOf(layers);
    }
}
