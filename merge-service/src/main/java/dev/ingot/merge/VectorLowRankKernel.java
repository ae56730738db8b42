package dev.ingot.merge;

import dev.ingot.pipeline.vector.VectorMachine;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * With the Vector API: the sums of four rows by two vectors of columns stay in registers over all k, and what they are multiplied with lies in the
 * order in which it is read. The only class here that needs the module jdk.incubator.vector. The species is a constant of the class and vectors never
 * leave a method: otherwise C2 puts every vector on the heap.
 */
final class VectorLowRankKernel implements LowRankKernel {
    private static final VectorSpecies<Float> FLOATS =
            VectorSpecies.of(float.class, VectorShape.forBitSize(VectorMachine.bits()));
    private static final int LANES = FLOATS.length();

    /** Columns of a block. A panel is so many whole ones for every width of vectors. */
    private static final int BLOCK = 2 * LANES;

    /** One array per panel: its blocks, the last filled up with zeros, and in each {@code [k][column of the block]}. */
    @Override
    public float[][] arrange(float[] right, int rank, int columns) {
        float[][] arranged = new float[Math.ceilDiv(columns, PANEL)][];
        for (int panel = 0; panel < arranged.length; panel++) {
            int first = panel * PANEL;
            int width = Math.min(PANEL, columns - first);
            arranged[panel] = new float[Math.ceilDiv(width, BLOCK) * BLOCK * rank];
            for (int j = 0; j < width; j += BLOCK) {
                for (int k = 0; k < rank; k++) {
                    int from = k * columns + first + j;
                    System.arraycopy(right, from, arranged[panel], (j * rank) + k * BLOCK, Math.min(BLOCK, width - j));
                }
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
        for (int j = 0; j < width; j += BLOCK) {
            block(left, r0, r1, r2, r3, right[panel], j * rank, rank, sums, j);
        }
    }

    private static void block(
            float[] left, int r0, int r1, int r2, int r3, float[] right, int at, int rank, float[][] sums, int j) {
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector b0 = FloatVector.zero(FLOATS);
        FloatVector a1 = FloatVector.zero(FLOATS);
        FloatVector b1 = FloatVector.zero(FLOATS);
        FloatVector a2 = FloatVector.zero(FLOATS);
        FloatVector b2 = FloatVector.zero(FLOATS);
        FloatVector a3 = FloatVector.zero(FLOATS);
        FloatVector b3 = FloatVector.zero(FLOATS);
        for (int k = 0; k < rank; k++) {
            FloatVector a = FloatVector.fromArray(FLOATS, right, at + k * BLOCK);
            FloatVector b = FloatVector.fromArray(FLOATS, right, at + k * BLOCK + LANES);
            FloatVector l0 = FloatVector.broadcast(FLOATS, left[r0 + k]);
            a0 = l0.fma(a, a0);
            b0 = l0.fma(b, b0);
            FloatVector l1 = FloatVector.broadcast(FLOATS, left[r1 + k]);
            a1 = l1.fma(a, a1);
            b1 = l1.fma(b, b1);
            FloatVector l2 = FloatVector.broadcast(FLOATS, left[r2 + k]);
            a2 = l2.fma(a, a2);
            b2 = l2.fma(b, b2);
            FloatVector l3 = FloatVector.broadcast(FLOATS, left[r3 + k]);
            a3 = l3.fma(a, a3);
            b3 = l3.fma(b, b3);
        }
        a0.intoArray(sums[0], j);
        b0.intoArray(sums[0], j + LANES);
        a1.intoArray(sums[1], j);
        b1.intoArray(sums[1], j + LANES);
        a2.intoArray(sums[2], j);
        b2.intoArray(sums[2], j + LANES);
        a3.intoArray(sums[3], j);
        b3.intoArray(sums[3], j + LANES);
    }
}
