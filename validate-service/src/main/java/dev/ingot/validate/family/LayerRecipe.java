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

    /** The two blocks of a layer, which follow one another on the stream. */
    public enum Block {
        ATTENTION,
        FEED_FORWARD
    }

    /** Every projection of the layer. */
    public Stream<Linear> linears() {
        return Stream.of(Block.values()).flatMap(this::linears);
    }

    /** Every norm of the layer. */
    public Stream<NormRecipe> norms() {
        return Stream.of(Block.values()).flatMap(this::norms);
    }

    /** The projections of one block. */
    public Stream<Linear> linears(Block block) {
        return switch (block) {
            case ATTENTION -> Stream.of(attention.query(), attention.key(), attention.value(), attention.output());
            case FEED_FORWARD -> Stream.of(feedForward.gate(), feedForward.up(), feedForward.down());
        };
    }

    /** The norms of one block. */
    public Stream<NormRecipe> norms(Block block) {
        return switch (block) {
            case ATTENTION ->
                Stream.of(
                                Stream.of(beforeAttention),
                                attention.queryNorm().stream(),
                                attention.keyNorm().stream(),
                                afterAttention.stream())
                        .flatMap(norms -> norms);
            case FEED_FORWARD -> Stream.concat(Stream.of(beforeFeedForward), afterFeedForward.stream());
        };
    }
}
