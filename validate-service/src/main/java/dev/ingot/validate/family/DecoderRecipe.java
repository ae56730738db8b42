package dev.ingot.validate.family;

import java.util.List;
import java.util.Optional;

/**
 * Everything that a forward pass of one checkpoint computes, with no choice left: resolved from a {@link DecoderFamily} and a config.json.
 *
 * @param embedding tensor of the input embedding, vocabulary x hidden
 * @param embeddingScale on the rows of the embedding
 * @param positions learned embedding of positions, which is added
 * @param layerPrefix that the names of all layers' tensors begin with
 * @param headModule module of the output embedding
 * @param tied whether the output embedding is the input embedding
 * @param logitsSoftcap {@code c · tanh(x / c)} on the logits; 0 for none
 */
public record DecoderRecipe(
        long vocabulary,
        int hidden,
        String embedding,
        float embeddingScale,
        Optional<PositionTable> positions,
        String layerPrefix,
        List<LayerRecipe> layers,
        NormRecipe finalNorm,
        String headModule,
        boolean tied,
        double logitsSoftcap) {
    public DecoderRecipe {
        layers = List.copyOf(layers);
    }

    /** An embedding with one row per position. */
    public record PositionTable(String module, long rows) {
        public String tensor() {
            return module + ".weight";
        }
    }

    /** Tensor of the output embedding; the input embedding's where the two are tied. */
    public String head() {
        return tied ? embedding : headModule + ".weight";
    }

    /** Module of the input embedding. */
    public String embeddingModule() {
        return embedding.substring(0, embedding.length() - ".weight".length());
    }

    /** The same with an output embedding of its own. */
    public DecoderRecipe untied() {
        return new DecoderRecipe(
                vocabulary,
                hidden,
                embedding,
                embeddingScale,
                positions,
                layerPrefix,
                layers,
                finalNorm,
                headModule,
                false,
                logitsSoftcap);
    }
}
