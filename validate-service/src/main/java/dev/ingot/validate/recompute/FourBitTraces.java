package dev.ingot.validate.recompute;

import dev.ingot.arithmetic.FourBitCode;
import dev.ingot.validate.weights.ModuleDelta;
import dev.ingot.validate.weights.TrainedModel;
import dev.ingot.validate.weights.WeightSource;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;

/**
 * Whether a merge stands on the 16-bit tensors that a 4-bit base was quantized from. Without the adapter's part they fall into the same cells of the
 * code as the base does, and fill these evenly; what a wrong delta leaves on the base itself stays near the middle of the cells, or leaves them.
 */
public final class FourBitTraces {
    private static final int BLOCK = 64;
    private static final int LOOKED_AT = 1 << 14;
    private static final int TENSORS = 24;

    /** Rounding to 16 bit moves some values over the edge of their cell. */
    private static final double SAME_CELL = 0.97;

    /** Root mean square of what is spread evenly over [-1, 1] is 0.58; normally spread values of this size leave the cells more often. */
    private static final double FILLED = 0.5;

    /** A value of the base is its code's by rounding to 16 bit. */
    private static final double ON_POINT = 0.01;

    private final float[] points;
    private long compared;
    private long onPoint;
    private long same;
    private double spread;
    private double apart;
    private double size;

    private FourBitTraces(FourBitCode code) {
        float[] values = new float[1 << 4];
        for (int nibble = 0; nibble < values.length; nibble++) {
            values[nibble] = code.value(nibble) + 0.0f;
        }
        Arrays.sort(values);
        int distinct = 0;
        for (float value : values) {
            if (distinct == 0 || values[distinct - 1] != value) {
                values[distinct++] = value;
            }
        }
        this.points = Arrays.copyOf(values, distinct);
    }

    /**
     * What was found.
     *
     * @param code that quantized the base
     * @param sameCell share of values that the code keeps as the base has them
     * @param apart norm of the difference over that of the base
     */
    public record Found(FourBitCode code, double sameCell, double apart) {}

    /**
     * Looks at some of the packed tensors.
     *
     * @param packed names of the base's tensors that are 4-bit
     */
    public static Optional<Found> find(TrainedModel trained, WeightSource merged, Collection<String> packed)
            throws IOException {
        for (FourBitCode code : new FourBitCode[] {FourBitCode.NF4, FourBitCode.FP4}) {
            FourBitTraces traces = new FourBitTraces(code);
            for (String tensor : packed.stream().sorted().limit(TENSORS).toList()) {
                if (!trained.formulas().containsKey(tensor)
                        && merged.shape(tensor).equals(trained.base().shape(tensor))) {
                    traces.look(trained, merged, tensor);
                }
            }
            if (traces.fit()) {
                return Optional.of(
                        new Found(code, (double) traces.same / traces.compared, Math.sqrt(traces.apart / traces.size)));
            }
        }
        return Optional.empty();
    }

    private boolean fit() {
        return compared > 0
                && onPoint >= SAME_CELL * compared
                && same >= SAME_CELL * compared
                && Math.sqrt(spread / compared) >= FILLED;
    }

    private void look(TrainedModel trained, WeightSource merged, String tensor) throws IOException {
        int columns = Math.toIntExact(merged.shape(tensor).orElseThrow().columns());
        long all = merged.shape(tensor).orElseThrow().elements();
        int rows = (int) Math.min(Math.max(1, LOOKED_AT / columns), all / columns);
        int count = rows * columns / BLOCK * BLOCK;
        float[] before = new float[rows * columns];
        float[] after = new float[rows * columns];
        trained.base().floats(tensor, 0, before, before.length);
        merged.floats(tensor, 0, after, after.length);
        ModuleDelta delta = trained.deltas().get(tensor.substring(0, tensor.lastIndexOf('.')));
        if (delta != null) {
            DeltaRows added = DeltaRows.open(delta, merged.dtype(tensor));
            added.band(0, rows, before);
            float[] row = new float[columns];
            for (int i = 0; i < rows; i++) {
                added.row(i, row);
                for (int j = 0; j < columns; j++) {
                    after[i * columns + j] -= row[j];
                }
            }
        }
        for (int start = 0; start < count; start += BLOCK) {
            compare(before, after, start);
        }
    }

    private void compare(float[] before, float[] after, int start) {
        float ofBase = largest(before, start);
        float ofMerge = largest(after, start);
        if (ofBase == 0 || ofMerge == 0) {
            return;
        }
        for (int i = start; i < start + BLOCK; i++) {
            double difference = (double) after[i] - before[i];
            apart += difference * difference;
            size += (double) before[i] * before[i];
            float found = after[i] / ofMerge;
            int cell = nearest(before[i] / ofBase);
            if (cell == 0 || cell == points.length - 1) {
                continue;
            }
            compared++;
            onPoint += Math.abs(before[i] / ofBase - points[cell]) <= ON_POINT ? 1 : 0;
            same += nearest(found) == cell ? 1 : 0;
            float middle = points[cell];
            float edge = found < middle ? middle - points[cell - 1] : points[cell + 1] - middle;
            spread += square((found - middle) / (edge / 2));
        }
    }

    private static float largest(float[] values, int start) {
        float largest = 0;
        for (int i = start; i < start + BLOCK; i++) {
            largest = Math.max(largest, Math.abs(values[i]));
        }
        return largest;
    }

    private int nearest(float value) {
        int at = 0;
        for (int i = 1; i < points.length; i++) {
            if (Math.abs(points[i] - value) < Math.abs(points[at] - value)) {
                at = i;
            }
        }
        return at;
    }

    private static double square(double x) {
        return x * x;
    }
}
