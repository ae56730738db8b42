package dev.ingot.validate.weights;

import dev.ingot.validate.family.Linear;
import java.io.IOException;
import java.util.Optional;

/**
 * A projection in memory, for one side; sides that agree share the matrices.
 *
 * @param weight out x in, or in x out where {@code turned}
 */
public record LoadedLinear(
        FloatMatrix weight, boolean turned, Optional<FloatMatrix> bias, Optional<LoadedDelta> delta) {

    static LoadedLinear load(Slab memory, Side side, Linear linear) throws IOException {
        FloatMatrix weight = memory.load(side.weights(), linear.weight());
        Optional<FloatMatrix> bias = linear.bias().isPresent()
                ? Optional.of(
                        FloatMatrix.load(memory, side.weights(), linear.bias().get()))
                : Optional.empty();
        return new LoadedLinear(weight, linear.turned(), bias, delta(memory, side, linear));
    }

    /** This projection as another side sees it, which differs in the adapter alone. */
    LoadedLinear withDeltaOf(Slab memory, Side side, Linear linear) throws IOException {
        return new LoadedLinear(weight, turned, bias, delta(memory, side, linear));
    }

    private static Optional<LoadedDelta> delta(Slab memory, Side side, Linear linear) throws IOException {
        ModuleDelta delta = side.deltas().get(linear.module());
        if (delta == null) {
            return Optional.empty();
        }
        ModuleDelta upright = linear.turned() ? delta.transposed() : delta;
        return Optional.of(LoadedDelta.load(memory, upright, linear.firstRow(), linear.rows()));
    }
}
