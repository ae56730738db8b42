package dev.ingot.validate.family;

import java.util.Optional;
import java.util.stream.Stream;

/**
 * Causal self-attention with grouped keys and values.
 *
 * @param rope empty for layers that see no positions
 * @param outputGated whether every head's query is followed by a gate, whose sigmoid is on what the head puts out
 */
public record AttentionRecipe(
        Linear query,
        Keys keys,
        Linear output,
        int heads,
        int keyHeads,
        int headWidth,
        Optional<NormRecipe> queryNorm,
        Optional<Rope> rope,
        Scores scores,
        boolean outputGated) {
    public AttentionRecipe {
        if (heads <= 0 || keyHeads <= 0 || heads % keyHeads != 0) {
            throw new IllegalArgumentException(heads + " query heads cannot share " + keyHeads + " key heads");
        }
    }

    /** Where a layer's keys and values come from. */
    public sealed interface Keys {

        /**
         * Its own projections.
         *
         * @param value the key's once more where the family has one projection for both
         * @param keptAs under which name later layers find them; empty where none looks
         */
        record Own(
                Linear key,
                Linear value,
                Optional<NormRecipe> keyNorm,
                Optional<NormRecipe> valueNorm,
                Optional<String> keptAs)
                implements Keys {}

        /** Those of the last layer that kept its own under this name. */
        record Kept(String name) implements Keys {}
    }

    /**
     * What happens to the products of query and key.
     *
     * @param scale on all of them
     * @param window how many positions back a token sees, itself included; 0 for all
     * @param softcap {@code c · tanh(x / c)}; 0 for none
     * @param sinks per head, a score that takes its share and has no value
     * @param temperature on the scores of late positions
     */
    public record Scores(
            double scale, int window, double softcap, Optional<Rectangle> sinks, Optional<Temperature> temperature) {}

    /** {@code 1 + beta · ln(1 + floor(position / length))} on a query. */
    public record Temperature(double beta, long length) {}

    Stream<Linear> linears() {
        return switch (keys) {
            case Keys.Own own -> Stream.of(query, own.key(), own.value(), output);
            case Keys.Kept kept -> Stream.of(query, output);
        };
    }

    Stream<NormRecipe> norms() {
        return switch (keys) {
            case Keys.Own own ->
                Stream.of(queryNorm, own.keyNorm(), own.valueNorm()).flatMap(Optional::stream);
            case Keys.Kept kept -> queryNorm.stream();
        };
    }
}
