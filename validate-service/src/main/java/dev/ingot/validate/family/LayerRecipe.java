package dev.ingot.validate.family;

import java.util.Optional;
import java.util.stream.Stream;

/**
 * One decoder layer: attention, then feed-forward, each added to the stream.
 *
 * @param afterAttention norm on what attention adds, for families that have one
 * @param afterFeedForward likewise
 */
public record LayerRecipe(
        NormRecipe beforeAttention,
        AttentionRecipe attention,
        Optional<NormRecipe> afterAttention,
        NormRecipe beforeFeedForward,
        FeedForwardRecipe feedForward,
        Optional<NormRecipe> afterFeedForward) {

    /** Every projection of the layer. */
    public Stream<Linear> linears() {
        return Stream.of(
                attention.query(),
                attention.key(),
                attention.value(),
                attention.output(),
                feedForward.gate(),
                feedForward.up(),
                feedForward.down());
    }

    /** Every norm of the layer. */
    public Stream<NormRecipe> norms() {
        return Stream.of(
                        Stream.of(beforeAttention, beforeFeedForward),
                        afterAttention.stream(),
                        afterFeedForward.stream(),
                        attention.queryNorm().stream(),
                        attention.keyNorm().stream())
                .flatMap(norms -> norms);
    }
}
