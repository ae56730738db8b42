package dev.ingot.validate.weights;

import java.io.IOException;
import java.util.Comparator;
import java.util.Optional;

/** How fast this machine reads a checkpoint's weights now. */
public final class ReadingSpeed {
    private static final int AT_ONCE = 1 << 16;
    private static final long ELEMENTS = 1 << 22;

    private ReadingSpeed() {}

    /** Elements per second that one thread reads and widens to float32; measured on the largest tensor, in some hundredths of a second. */
    public static double elementsPerSecond(CheckpointWeights weights) throws IOException {
        Optional<String> largest = weights.names().stream()
                .filter(name -> weights.dtype(name).isMergeable())
                .max(Comparator.<String>comparingLong(name -> elements(weights, name))
                        .thenComparing(Comparator.reverseOrder()));
        if (largest.isEmpty()) {
            return Double.POSITIVE_INFINITY;
        }
        long count = Math.min(ELEMENTS, elements(weights, largest.get()));
        float[] values = new float[AT_ONCE];
        long start = System.nanoTime();
        for (long first = 0; first < count; first += AT_ONCE) {
            weights.floats(largest.get(), first, values, (int) Math.min(AT_ONCE, count - first));
        }
        return count * 1e9 / Math.max(1, System.nanoTime() - start);
    }

    private static long elements(CheckpointWeights weights, String name) {
        return weights.shape(name).orElseThrow().elements();
    }
}
