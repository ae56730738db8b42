package dev.ingot.merge;

import dev.ingot.pipeline.vector.VectorMachine;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * With the Vector API: the sums of four rows by two vectors of columns stay in registers over all k. The only class here that needs the module
 * jdk.incubator.vector. The species is a constant of the class and vectors never leave a method: otherwise C2 puts every vector on the heap.
 */
final class VectorLowRankKernel implements LowRankKernel {
    private static final VectorSpecies<Float> FLOATS =
            VectorSpecies.of(float.class, VectorShape.forBitSize(VectorMachine.bits()));
    private static final int LANES = FLOATS.length();
    private static final int STEP = 2 * LANES;

    @Override
    public void multiply(
            float[] left, int row, int lastRow, float[][] right, int panel, int rank, float[][] sums, int width) {
        int r0 = row * rank;
        int r1 = Math.min(row + 1, lastRow) * rank;
        int r2 = Math.min(row + 2, lastRow) * rank;
        int r3 = Math.min(row + 3, lastRow) * rank;
        int at = panel * rank;
        int whole = width / STEP * STEP;
        for (int j = 0; j < whole; j += STEP) {
            block(left, r0, r1, r2, r3, right, at, rank, sums, j);
        }
        for (int j = whole; j < width; j++) {
            sums[0][j] = one(left, r0, right, at, rank, j);
            sums[1][j] = one(left, r1, right, at, rank, j);
            sums[2][j] = one(left, r2, right, at, rank, j);
            sums[3][j] = one(left, r3, right, at, rank, j);
        }
    }

    private static void block(
            float[] left, int r0, int r1, int r2, int r3, float[][] right, int at, int rank, float[][] sums, int j) {
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector b0 = FloatVector.zero(FLOATS);
        FloatVector a1 = FloatVector.zero(FLOATS);
        FloatVector b1 = FloatVector.zero(FLOATS);
        FloatVector a2 = FloatVector.zero(FLOATS);
        FloatVector b2 = FloatVector.zero(FLOATS);
        FloatVector a3 = FloatVector.zero(FLOATS);
        FloatVector b3 = FloatVector.zero(FLOATS);
        for (int k = 0; k < rank; k++) {
            float[] columns = right[at + k];
            FloatVector a = FloatVector.fromArray(FLOATS, columns, j);
            FloatVector b = FloatVector.fromArray(FLOATS, columns, j + LANES);
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

    private static float one(float[] left, int r, float[][] right, int at, int rank, int j) {
        float sum = 0;
        for (int k = 0; k < rank; k++) {
            sum = Math.fma(left[r + k], right[at + k][j], sum);
        }
        return sum;
    }
}
