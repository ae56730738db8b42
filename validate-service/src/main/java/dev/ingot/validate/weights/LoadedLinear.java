package dev.ingot.validate.weights;

import dev.ingot.validate.family.Linear;
import java.io.IOException;
import java.lang.foreign.SegmentAllocator;
import java.util.Optional;

/** A projection in memory, for one side; sides that agree share the matrices. */
public record LoadedLinear(FloatMatrix weight, Optional<FloatMatrix> bias, Optional<LoadedDelta> delta) {

    static LoadedLinear load(SegmentAllocator memory, Side side, Linear linear) throws IOException {
        FloatMatrix weight = FloatMatrix.load(
                memory, side.weights(), linear.weightTensor(), linear.firstRow(), linear.rows(), linear.columns(), 0);
        Optional<FloatMatrix> bias = linear.bias() ? Optional.of(bias(memory, side, linear)) : Optional.empty();
        return new LoadedLinear(weight, bias, delta(memory, side, linear));
    }

    /** This projection as another side sees it, which differs in the adapter alone. */
    LoadedLinear withDeltaOf(SegmentAllocator memory, Side side, Linear linear) throws IOException {
        return new LoadedLinear(weight, bias, delta(memory, side, linear));
    }

    private static FloatMatrix bias(SegmentAllocator memory, Side side, Linear linear) throws IOException {
        return FloatMatrix.load(memory, side.weights(), linear.biasTensor(), linear.firstRow(), linear.rows(), 1, 0);
    }

    private static Optional<LoadedDelta> delta(SegmentAllocator memory, Side side, Linear linear) throws IOException {
        ModuleDelta delta = side.deltas().get(linear.module());
        return delta == null
                ? Optional.empty()
                : Optional.of(LoadedDelta.load(memory, delta, linear.firstRow(), linear.rows()));
    }
}
