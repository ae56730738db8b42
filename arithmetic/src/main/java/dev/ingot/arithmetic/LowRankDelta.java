package dev.ingot.arithmetic;

/**
 * What a LoRA pair adds: {@code W[i,j] + s * sum_k left[i,k] * right[k,j]}. Torch leaves the order of that sum to its backend; Ingot fixes it, so
 * that every kernel gives the same bytes: k ascending, one float32 accumulator, fma; then the product with s, rounded; then the sum, rounded.
 */
public final class LowRankDelta {
    private LowRankDelta() {}

    /** The element of the product at row i, column j, times s. Factors are row-major: rows x rank and rank x columns. */
    public static float at(float[] left, float[] right, int rank, int columns, int i, int j, float s) {
        float sum = 0;
        for (int k = 0; k < rank; k++) {
            sum = Math.fma(left[i * rank + k], right[k * columns + j], sum);
        }
        return s * sum;
    }

    /** Adds the delta to {@code rows} rows of {@code columns} values, in place; left begins with the row of the first value. */
    public static void add(float[] values, float[] left, float[] right, int rows, int rank, int columns, float s) {
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                values[i * columns + j] += at(left, right, rank, columns, i, j, s);
            }
        }
    }
}
