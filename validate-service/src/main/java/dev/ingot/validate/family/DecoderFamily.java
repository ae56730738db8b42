package dev.ingot.validate.family;

import java.util.Set;

/**
 * What distinguishes one family of decoders from the others, as data. A new family is a new value in {@link DecoderFamilies}; only what no family so
 * far computes needs code, in the forward pass.
 *
 * @param modelTypes of config.json
 * @param normOffset 1 where the files store norm weights minus 1
 * @param headNorms whether queries and keys are normed per head
 * @param embeddingTimesRootHidden whether embedding rows are multiplied by the square root of their width
 * @param activation where config.json names none
 */
public record DecoderFamily(
        Set<String> modelTypes,
        TensorNames names,
        float normOffset,
        boolean headNorms,
        BiasRule attentionBias,
        BiasRule feedForwardBias,
        WindowRule windows,
        boolean embeddingTimesRootHidden,
        Activation activation) {
    public DecoderFamily {
        modelTypes = Set.copyOf(modelTypes);
    }
}
