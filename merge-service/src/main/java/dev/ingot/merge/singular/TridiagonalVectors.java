package dev.ingot.merge.singular;

/**
 * Eigenvalues of a tridiagonal matrix by bisection on the number of those below a point (Sturm), and their vectors by inverse iteration; vectors
 * of values that lie close together are made orthogonal. Golub and Van Loan, Matrix Computations, 8.4 and 8.2.
 */
final class TridiagonalVectors {
    private static final int STEPS = 4;
    /** Values this close, by the norm of the matrix, share a space: inverse iteration alone does not part their vectors. */
    private static final double CLOSE = 1e-7;

    private static final double EPSILON = Math.ulp(1.0);

    private final double[] diagonal;
    private final double[] beside;
    private final double norm;

    TridiagonalVectors(Tridiagonal matrix) {
        this.diagonal = matrix.diagonal();
        this.beside = matrix.beside();
        double largest = 0;
        for (int i = 0; i < diagonal.length; i++) {
            largest = Math.max(
                    largest, Math.abs(diagonal[i]) + Math.abs(beside[i]) + (i == 0 ? 0 : Math.abs(beside[i - 1])));
        }
        this.norm = largest;
    }

    /** Values at places {@code [from, to)}, the largest of all at place 0. */
    double[] values(int from, int to) {
        double[] values = new double[to - from];
        Tridiagonal.rows(
                from, to, (long) values.length * diagonal.length * 50, place -> values[place - from] = value(place));
        return values;
    }

    private double value(int place) {
        int below = diagonal.length - 1 - place;
        double low = -norm;
        double high = norm;
        while (high - low > 2 * EPSILON * Math.max(Math.abs(low), Math.abs(high)) + EPSILON * EPSILON * norm) {
            double middle = (low + high) / 2;
            if (middle <= low || middle >= high) {
                break;
            }
            if (below(middle) > below) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return (low + high) / 2;
    }

    /** How many values are smaller. */
    private int below(double point) {
        int count = 0;
        double pivot = 1;
        double least = EPSILON * EPSILON * norm + Double.MIN_NORMAL;
        for (int i = 0; i < diagonal.length; i++) {
            double coupling = i == 0 ? 0 : beside[i - 1] * beside[i - 1] / pivot;
            pivot = diagonal[i] - point - coupling;
            if (Math.abs(pivot) < least) {
                pivot = -least;
            }
            count += pivot < 0 ? 1 : 0;
        }
        return count;
    }

    /** Unit vectors of values in falling order. */
    double[][] vectors(double[] values) {
        double[][] vectors = new double[values.length][];
        int[] clusters = clusters(values);
        Tridiagonal.rows(0, clusters.length - 1, (long) values.length * diagonal.length * 20, cluster -> {
            for (int k = clusters[cluster]; k < clusters[cluster + 1]; k++) {
                vectors[k] = vector(values[k], k, vectors, clusters[cluster]);
            }
        });
        return vectors;
    }

    /** Where clusters begin, and the end. */
    private int[] clusters(double[] values) {
        java.util.stream.IntStream.Builder starts = java.util.stream.IntStream.builder();
        for (int k = 0; k < values.length; k++) {
            if (k == 0 || values[k - 1] - values[k] > CLOSE * norm) {
                starts.add(k);
            }
        }
        return starts.add(values.length).build().toArray();
    }

    private double[] vector(double value, int k, double[][] vectors, int cluster) {
        double[] vector = Vectors.random(diagonal.length, k);
        PivotedSolution solution = new PivotedSolution(diagonal, beside, value, norm == 0 ? 1 : EPSILON * norm);
        for (int step = 0; step < STEPS; step++) {
            solution.solve(vector);
            Vectors.scale(vector, 1 / Vectors.norm(vector));
            for (int other = cluster; other < k; other++) {
                Vectors.add(vector, -Vectors.dot(vector, vectors[other]), vectors[other], 0);
            }
            Vectors.scale(vector, 1 / Vectors.norm(vector));
        }
        return vector;
    }
}
