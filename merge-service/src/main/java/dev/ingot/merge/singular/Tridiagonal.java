package dev.ingot.merge.singular;

import dev.ingot.arithmetic.Parts;
import java.util.Arrays;

/**
 * A symmetric matrix after Householder's reflections: {@code A = Q T Qᵀ}, T tridiagonal. Golub and Van Loan, Matrix Computations, 8.3.
 *
 * @param diagonal of T, n
 * @param beside it: n - 1, and a zero
 * @param reflectors unit vectors in the order of their use; row k from place k + 1 on, empty where there was nothing to clear
 */
@SuppressWarnings("ArrayRecordComponent")
record Tridiagonal(double[] diagonal, double[] beside, double[][] reflectors) {
    /** Below so many elements threads cost more than they gain. */
    private static final long ALONE = 1 << 16;
    /** Vectors that are turned back at once, while a reflector is in the cache. */
    private static final int GROUP = 8;

    int size() {
        return diagonal.length;
    }

    /** Takes {@code a} apart in place: its rows become the reflectors. */
    static Tridiagonal of(double[][] a) {
        int n = a.length;
        double[] diagonal = new double[n];
        double[] beside = new double[n];
        double[] product = new double[n];
        double[] before = new double[n];
        double[] turned = new double[n];
        for (int k = 0; k < n; k++) {
            double[] row = a[k];
            update(row, before, turned, k, k);
            diagonal[k] = row[k];
            if (k == n - 1) {
                row = new double[n];
            } else {
                beside[k] = reflect(row, k + 1);
            }
            double[] vector = row;
            int first = k + 1;
            double[] lastVector = before;
            double[] lastTurned = turned;
            rows(first, n, (long) (n - first) * (n - first), i -> {
                update(a[i], lastVector, lastTurned, i, first);
                product[i] = Vectors.dot(a[i], vector, first, n);
            });
            double along = Vectors.dot(product, vector, first, n);
            double[] next = new double[n];
            for (int i = first; i < n; i++) {
                next[i] = 2 * (product[i] - along * vector[i]);
            }
            before = vector;
            turned = next;
            a[k] = vector;
        }
        return new Tridiagonal(diagonal, beside, a);
    }

    /** Row i less {@code v wᵀ + w vᵀ}, from a column on. */
    private static void update(double[] row, double[] v, double[] w, int i, int from) {
        double vi = v[i];
        double wi = w[i];
        if (vi == 0 && wi == 0) {
            return;
        }
        for (int j = from; j < row.length; j++) {
            row[j] -= vi * w[j] + wi * v[j];
        }
    }

    /** Makes the row from {@code from} on the unit vector of the reflection that clears it but for its first element, which is returned. */
    private static double reflect(double[] row, int from) {
        Arrays.fill(row, 0, from, 0);
        double below = Vectors.dot(row, row, from + 1, row.length);
        double head = row[from];
        if (below == 0) {
            Arrays.fill(row, 0);
            return head;
        }
        double size = Math.sqrt(head * head + below);
        row[from] = head + Math.copySign(size, head);
        Vectors.scale(row, 1 / Math.sqrt(row[from] * row[from] + below));
        return -Math.copySign(size, head);
    }

    /** Turns vectors of T into those of A, in place. */
    void turnBack(double[][] vectors) {
        int groups = Math.ceilDiv(vectors.length, GROUP);
        rows(0, groups, (long) vectors.length * size() * size(), group -> {
            int end = Math.min(vectors.length, (group + 1) * GROUP);
            for (int k = size() - 2; k >= 0; k--) {
                for (int i = group * GROUP; i < end; i++) {
                    double along = Vectors.dot(reflectors[k], vectors[i], k + 1, size());
                    Vectors.add(vectors[i], -2 * along, reflectors[k], k + 1);
                }
            }
        });
    }

    /** Rows by threads; each is computed alone, so that their number changes nothing. */
    static void rows(int from, int to, long work, java.util.function.IntConsumer row) {
        if (work >= ALONE) {
            Parts.each(from, to, row);
            return;
        }
        for (int i = from; i < to; i++) {
            row.accept(i);
        }
    }
}
