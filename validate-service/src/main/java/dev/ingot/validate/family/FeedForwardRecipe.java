package dev.ingot.validate.family;

import java.util.List;
import java.util.stream.Stream;

/**
 * {@code down(between(inputs(x)))}.
 *
 * @param inputs gate and up, or one projection
 */
public record FeedForwardRecipe(List<Linear> inputs, Nonlinearity between, Linear down) {
    public FeedForwardRecipe {
        inputs = List.copyOf(inputs);
    }

    Stream<Linear> linears() {
        return Stream.concat(inputs.stream(), Stream.of(down));
    }
}
