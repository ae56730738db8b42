package dev.ingot.merge;

/**
 * In plain Java. Every array is indexed by the loop's own variable and nothing else, and loops are kept this small, because that is what C2 turns into
 * vector instructions without help; offsets into a shared array, or four k at once, make it fall back to one element at a time. What it costs is that
 * sums go through memory for every two k.
 */
final class PlainLowRankKernel implements LowRankKernel {
    /** One array per panel and k: {@code arranged[panel * rank + k][j]}. */
    @Override
    public float[][] arrange(float[] right, int rank, int columns) {
        int count = Math.ceilDiv(columns, PANEL);
        float[][] arranged = new float[count * rank][];
        for (int panel = 0; panel < count; panel++) {
            int first = panel * PANEL;
            int width = Math.min(PANEL, columns - first);
            for (int k = 0; k < rank; k++) {
                float[] row = new float[width];
                System.arraycopy(right, k * columns + first, row, 0, width);
                arranged[panel * rank + k] = row;
            }
        }
        return arranged;
    }

    @Override
    public void multiply(
            float[] left, int row, int lastRow, float[][] right, int panel, int rank, float[][] sums, int width) {
        int r0 = row * rank;
        int r1 = Math.min(row + 1, lastRow) * rank;
        int r2 = Math.min(row + 2, lastRow) * rank;
        int r3 = Math.min(row + 3, lastRow) * rank;
        int at = panel * rank;
        int begun = 2 - rank % 2;
        begin(sums[0], right, at, begun, left, r0, width);
        begin(sums[1], right, at, begun, left, r1, width);
        begin(sums[2], right, at, begun, left, r2, width);
        begin(sums[3], right, at, begun, left, r3, width);
        for (int k = begun; k < rank; k += 2) {
            addTwo(
                    sums[0],
                    sums[1],
                    sums[2],
                    sums[3],
                    right[at + k],
                    right[at + k + 1],
                    width,
                    left[r0 + k],
                    left[r0 + k + 1],
                    left[r1 + k],
                    left[r1 + k + 1],
                    left[r2 + k],
                    left[r2 + k + 1],
                    left[r3 + k],
                    left[r3 + k + 1]);
        }
    }

    /** The first one or two k, such that pairs are left: saves clearing the sums. */
    private static void begin(float[] sum, float[][] right, int at, int count, float[] left, int r, int width) {
        if (count == 1) {
            firstOne(sum, right[at], left[r], width);
        } else {
            firstTwo(sum, right[at], right[at + 1], left[r], left[r + 1], width);
        }
    }

    private static void firstOne(float[] sum, float[] b, float l, int width) {
        for (int j = 0; j < width; j++) {
            sum[j] = Math.fma(l, b[j], 0f);
        }
    }

    private static void firstTwo(float[] sum, float[] b0, float[] b1, float l0, float l1, int width) {
        for (int j = 0; j < width; j++) {
            sum[j] = Math.fma(l1, b1[j], Math.fma(l0, b0[j], 0f));
        }
    }

    private static void addTwo(
            float[] a0,
            float[] a1,
            float[] a2,
            float[] a3,
            float[] b0,
            float[] b1,
            int width,
            float l00,
            float l01,
            float l10,
            float l11,
            float l20,
            float l21,
            float l30,
            float l31) {
        for (int j = 0; j < width; j++) {
            float x = b0[j];
            float y = b1[j];
            float s0 = a0[j];
            float s1 = a1[j];
            float s2 = a2[j];
            float s3 = a3[j];
            a0[j] = Math.fma(l01, y, Math.fma(l00, x, s0));
            a1[j] = Math.fma(l11, y, Math.fma(l10, x, s1));
            a2[j] = Math.fma(l21, y, Math.fma(l20, x, s2));
            a3[j] = Math.fma(l31, y, Math.fma(l30, x, s3));
        }
    }
}
