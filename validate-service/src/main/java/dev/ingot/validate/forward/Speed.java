package dev.ingot.validate.forward;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

/** How fast this machine multiplies matrices now. */
public final class Speed {
    private static final int SIZE = 512;

    private Speed() {}

    /** Float32 operations per second, a multiplication and an addition being two; measured in some hundredths of a second. */
    public static double operationsPerSecond() {
        try (NDManager manager = Torch.open()) {
            NDArray matrix = manager.ones(new Shape(SIZE, SIZE));
            double best = 0;
            for (int i = 0; i < 3; i++) {
                long start = System.nanoTime();
                matrix.matMul(matrix).getFloat(0, 0);
                double seconds = (System.nanoTime() - start) / 1e9;
                best = Math.max(best, 2.0 * SIZE * SIZE * SIZE / seconds);
            }
            return best;
        }
    }
}
