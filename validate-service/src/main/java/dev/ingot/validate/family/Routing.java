package dev.ingot.validate.family;

import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which experts a token goes to, and with what weight.
 *
 * @param input norm on the stream that the router sees; empty where it sees what the experts see
 * @param chosen experts per token
 * @param perExpert a factor on every expert's weight
 */
public record Routing(
        Optional<NormRecipe> input, Linear router, int chosen, Weighting weighting, Optional<Rectangle> perExpert) {

    /** How weights come from the router's scores. */
    public enum Weighting {
        /** Softmax over all experts. */
        OF_ALL,
        /** Softmax over all experts, then divided by the sum of the chosen. */
        NORMED,
        /** Softmax over the chosen; the same numbers as {@link #NORMED}, in another order of operations. */
        OF_CHOSEN
    }

    Stream<Rectangle> vectors() {
        return perExpert.stream();
    }
}
