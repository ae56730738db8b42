package dev.ingot.validate.forward;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.ingot.validate.measure.RunningHead;
import dev.ingot.validate.measure.RunningHead.Crosses;
import dev.ingot.validate.measure.SideSums;
import dev.ingot.validate.measure.SideSums.Stretch;
import java.util.List;

/** What is summed over the vocabulary for one batch. */
interface HeadSums {
    /**
     * Adds a stretch of the vocabulary for the tokens from {@code from} on.
     *
     * @param sides logits, in the order of the sides
     * @param within index in the stretch of each token that came
     */
    void add(int from, int[] targets, long first, long rows, List<HeadMath> sides, NDArray within);

    /** Base, unmerged and merged, and what divides them. */
    record Three(RunningHead running) implements HeadSums {
        @Override
        public void add(int from, int[] targets, long first, long rows, List<HeadMath> sides, NDArray within) {
            HeadMath base = sides.get(0);
            HeadMath unmerged = sides.get(1);
            HeadMath merged = sides.get(2);
            Crosses crosses = new Crosses(
                    unmerged.crossSums(merged),
                    unmerged.crossSums(base),
                    merged.crossSums(base),
                    unmerged.at(merged.best()));
            running.add(
                    from,
                    targets,
                    first,
                    rows,
                    stretch(base, within),
                    stretch(unmerged, within),
                    stretch(merged, within),
                    crosses);
        }
    }

    /** One model, for its losses. */
    record Alone(SideSums sums) implements HeadSums {
        @Override
        public void add(int from, int[] targets, long first, long rows, List<HeadMath> sides, NDArray within) {
            sums.add(from, targets, first, rows, stretch(sides.getFirst(), within));
        }
    }

    private static Stretch stretch(HeadMath math, NDArray targets) {
        NDArray best = math.best();
        return new Stretch(
                math.maxima(),
                math.sums(),
                best.getDataType() == DataType.INT64
                        ? best.toLongArray()
                        : best.toType(DataType.INT64, false).toLongArray(),
                math.at(targets));
    }
}
