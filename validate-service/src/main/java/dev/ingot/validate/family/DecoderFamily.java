package dev.ingot.validate.family;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What distinguishes one family of decoders from the others, as data. A new family is a new value in {@link DecoderFamilies}; only what no family so
 * far computes needs code, in the forward pass.
 *
 * @param modelTypes of config.json, or of its text_config
 * @param activation where config.json names none
 */
public record DecoderFamily(
        Set<String> modelTypes,
        TensorNames names,
        NormStyle norms,
        BiasRule attentionBias,
        BiasRule feedForwardBias,
        WindowRule windows,
        Activation activation,
        Optional<MixtureStyle> mixture,
        Set<Trait> traits) {

    /** How a family norms, and how it stores the weight. */
    public enum NormStyle {
        ROOT_MEAN_SQUARE,
        /** The files have the weight minus 1. */
        ROOT_MEAN_SQUARE_MINUS_ONE,
        LAYER
    }

    public DecoderFamily {
        modelTypes = Set.copyOf(modelTypes);
        traits = Set.copyOf(traits);
    }

    /** Llama's architecture without its options: no bias, no window, SiLU. */
    static DecoderFamily of(String... modelTypes) {
        return new DecoderFamily(
                Set.of(modelTypes),
                TensorNames.LLAMA,
                NormStyle.ROOT_MEAN_SQUARE,
                BiasRule.NONE,
                BiasRule.NONE,
                WindowRule.NEVER,
                Activation.SILU,
                Optional.empty(),
                EnumSet.noneOf(Trait.class));
    }

    boolean has(Trait trait) {
        return traits.contains(trait);
    }

    DecoderFamily named(TensorNames other) {
        return new DecoderFamily(
                modelTypes, other, norms, attentionBias, feedForwardBias, windows, activation, mixture, traits);
    }

    DecoderFamily normed(NormStyle other) {
        return new DecoderFamily(
                modelTypes, names, other, attentionBias, feedForwardBias, windows, activation, mixture, traits);
    }

    DecoderFamily biased(BiasRule attention, BiasRule feedForward) {
        return new DecoderFamily(
                modelTypes, names, norms, attention, feedForward, windows, activation, mixture, traits);
    }

    DecoderFamily windowed(WindowRule other) {
        return new DecoderFamily(
                modelTypes, names, norms, attentionBias, feedForwardBias, other, activation, mixture, traits);
    }

    DecoderFamily activated(Activation other) {
        return new DecoderFamily(
                modelTypes, names, norms, attentionBias, feedForwardBias, windows, other, mixture, traits);
    }

    DecoderFamily mixing(MixtureStyle style) {
        return new DecoderFamily(
                modelTypes,
                names,
                norms,
                attentionBias,
                feedForwardBias,
                windows,
                activation,
                Optional.of(style),
                traits);
    }

    DecoderFamily with(Trait... others) {
        Set<Trait> all = EnumSet.noneOf(Trait.class);
        all.addAll(traits);
        all.addAll(List.of(others));
        return new DecoderFamily(
                modelTypes, names, norms, attentionBias, feedForwardBias, windows, activation, mixture, all);
    }
}
