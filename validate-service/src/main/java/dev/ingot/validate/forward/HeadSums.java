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
    /** The numbers in which stretches are summed; their sums are added up in float64. */
    DataType type();

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
        public DataType type() {
            return DataType.FLOAT64;
        }

        @Override
        public void add(int from, int[] targets, long first, long rows, List<HeadMath> sides, NDArray within) {
            HeadMath base = sides.get(0);
            HeadMath unmerged = sides.get(1);
            HeadMath merged = sides.get(2);
            NDArray mergedBest = merged.best();
            Crosses crosses = new Crosses(
                    unmerged.crossSums(merged),
                    unmerged.crossSums(base),
                    merged.crossSums(base),
                    unmerged.at(mergedBest));
            running.add(
                    from,
                    targets,
                    first,
                    rows,
                    stretch(base, within, base.best()),
                    stretch(unmerged, within, unmerged.best()),
                    stretch(merged, within, mergedBest),
                    crosses);
        }
    }

    /** One model, for its losses, to which nobody asks which token it prefers. */
    record Alone(SideSums sums) implements HeadSums {
        @Override
        public DataType type() {
            return DataType.FLOAT32;
        }

        @Override
        public void add(int from, int[] targets, long first, long rows, List<HeadMath> sides, NDArray within) {
            sums.add(from, targets, first, rows, stretch(sides.getFirst(), within, within));
        }
    }

    private static Stretch stretch(HeadMath math, NDArray targets, NDArray best) {
        return new Stretch(
                math.maxima(),
                math.sums(),
                best.getDataType() == DataType.INT64
                        ? best.toLongArray()
                        : best.toType(DataType.INT64, false).toLongArray(),
                math.at(targets));
    }
}
