package dev.ingot.validate.family;

import java.util.stream.Stream;

/**
 * Linear attention by the gated delta rule (Yang et al. 2024, arXiv:2412.06464), as Qwen3.5 has it: a causal convolution over the projected stream,
 * then per head a state of keyWidth x valueWidth that decays, forgets and learns token by token.
 *
 * @param mixed queries, keys and values in that order
 * @param gate on the normed output, through SiLU
 * @param learning per value head; its sigmoid is how much of a value is written
 * @param decay per value head
 * @param convolution channels x kernel, one kernel per channel of {@code mixed}
 * @param decayLog per value head: logarithm of the rate
 * @param decayBias per value head
 * @param norm of one head's output
 */
public record DeltaNetRecipe(
        Linear mixed,
        Linear gate,
        Linear learning,
        Linear decay,
        Linear output,
        Rectangle convolution,
        Rectangle decayLog,
        Rectangle decayBias,
        NormRecipe norm,
        int keyHeads,
        int valueHeads,
        int keyWidth,
        int valueWidth) {
    public DeltaNetRecipe {
        if (valueHeads % keyHeads != 0) {
            throw new IllegalArgumentException(valueHeads + " value heads cannot share " + keyHeads + " key heads");
        }
    }

    Stream<Linear> linears() {
        return Stream.of(mixed, gate, learning, decay, output);
    }

    Stream<Rectangle> vectors() {
        return Stream.of(convolution, decayLog, decayBias);
    }
}
