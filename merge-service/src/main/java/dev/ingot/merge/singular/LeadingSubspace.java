package dev.ingot.merge.singular;

import java.util.ArrayList;
import java.util.List;

/**
 * The right singular vectors of a matrix's largest singular values, by block Lanczos on {@code Wᵀ W} with all vectors kept orthogonal. Golub and
 * Van Loan, Matrix Computations, 10.3. Stops when the space is known to a billionth of the gap that follows it.
 */
final class LeadingSubspace {
    private static final int BLOCK = 4;
    /** Of a vector so little is left when it lies in the space of the others. */
    private static final double NOTHING = 1e-11;
    /** Part of the gap behind the space by which its vectors may be off. */
    private static final double TOLERANCE = 1e-9;
    /** What rounding leaves of a residual, by the largest value. */
    private static final double FLOOR = 1e-14;
    /** By how much the space grows before it is looked at again. */
    private static final double GROWTH = 1.2;

    private final GramProducts matrix;
    private final List<double[]> basis = new ArrayList<>();
    private final List<double[]> projected = new ArrayList<>();
    private double size;

    private LeadingSubspace(GramProducts matrix) {
        this.matrix = matrix;
    }

    /**
     * Squares of the singular values, the largest first, one more than {@code rank}, and the vectors.
     *
     * @param most vectors to look among
     */
    static SymmetricEigen of(GramProducts matrix, int rank, int most) {
        return new LeadingSubspace(matrix).find(rank, Math.min(most, matrix.columns()));
    }

    private SymmetricEigen find(int rank, int most) {
        double[][] block = new double[BLOCK][];
        for (int k = 0; k < BLOCK; k++) {
            block[k] = fresh(k);
            basis.add(block[k]);
        }
        int look = Math.min(most, 4 * rank + 40);
        while (true) {
            double[][] products = matrix.of(block);
            double[][] coupling = orthogonalize(products);
            boolean all = basis.size() + BLOCK > most;
            if (all || basis.size() >= look) {
                SymmetricEigen found = project(rank + 1);
                if (all || isEnough(found, coupling, rank)) {
                    return new SymmetricEigen(found.largest(), found.values(), combined(found.vectors()));
                }
                look = (int) (basis.size() * GROWTH);
            }
            for (int k = 0; k < BLOCK; k++) {
                block[k] = products[k];
                basis.add(products[k]);
            }
        }
    }

    /** A unit vector beside all others. */
    private double[] fresh(long seed) {
        double[] vector = Vectors.random(matrix.columns(), seed);
        for (int pass = 0; pass < 2; pass++) {
            for (double[] other : basis) {
                Vectors.add(vector, -Vectors.dot(vector, other), other, 0);
            }
            Vectors.scale(vector, 1 / Vectors.norm(vector));
        }
        return vector;
    }

    /** Takes the basis out of the products of its last block, noting how much of it was there, and makes unit vectors of them; what is left of them is returned, [of, along]. */
    private double[][] orthogonalize(double[][] products) {
        int known = basis.size();
        double[][] along = new double[BLOCK][known];
        Tridiagonal.rows(0, BLOCK, (long) known * matrix.columns() * BLOCK, k -> {
            for (int pass = 0; pass < 2; pass++) {
                for (int i = 0; i < known; i++) {
                    double part = Vectors.dot(products[k], basis.get(i));
                    along[k][i] += part;
                    Vectors.add(products[k], -part, basis.get(i), 0);
                }
            }
        });
        for (double[] row : along) {
            size = Math.max(size, Vectors.norm(row));
            projected.add(row);
        }
        double[][] coupling = new double[BLOCK][BLOCK];
        for (int k = 0; k < BLOCK; k++) {
            for (int pass = 0; pass < 2; pass++) {
                for (int other = 0; other < k; other++) {
                    double part = Vectors.dot(products[k], products[other]);
                    coupling[k][other] += part;
                    Vectors.add(products[k], -part, products[other], 0);
                }
            }
            double left = Vectors.norm(products[k]);
            if (left <= NOTHING * size) {
                products[k] = beside(products, k);
            } else {
                coupling[k][k] = left;
                Vectors.scale(products[k], 1 / left);
            }
        }
        return coupling;
    }

    /** A new direction where the products brought none. */
    private double[] beside(double[][] products, int count) {
        List<double[]> all = new ArrayList<>(basis);
        all.addAll(List.of(products).subList(0, count));
        double[] vector = Vectors.random(matrix.columns(), basis.size() + count);
        for (int pass = 0; pass < 3; pass++) {
            for (double[] other : all) {
                Vectors.add(vector, -Vectors.dot(vector, other), other, 0);
            }
            double left = Vectors.norm(vector);
            Vectors.scale(vector, left == 0 ? 0 : 1 / left);
        }
        return vector;
    }

    /** The matrix within the space. */
    private SymmetricEigen project(int count) {
        int n = basis.size();
        double[][] small = new double[n][n];
        for (int i = 0; i < n; i++) {
            double[] row = projected.get(i);
            for (int j = 0; j < row.length; j++) {
                small[i][j] = row[j];
                small[j][i] = row[j];
            }
        }
        return SymmetricEigen.of(small, 0, Math.min(count, n));
    }

    private boolean isEnough(SymmetricEigen found, double[][] coupling, int rank) {
        if (found.values().length <= rank) {
            return false;
        }
        double gap = found.values()[rank - 1] - found.values()[rank];
        double allowed = Math.max(TOLERANCE * gap, FLOOR * found.values()[0]);
        for (int k = 0; k <= rank; k++) {
            double limit = k < rank ? allowed : Math.max(gap / 10, allowed);
            if (residual(found.vectors()[k], coupling) > limit) {
                return false;
            }
        }
        return true;
    }

    /** By how much a vector of the space fails to be one of the whole: what the products of the last block have outside of it. */
    private double residual(double[] vector, double[][] coupling) {
        double squares = 0;
        for (int along = 0; along < BLOCK; along++) {
            double sum = 0;
            for (int k = 0; k < BLOCK; k++) {
                sum += vector[vector.length - BLOCK + k] * coupling[k][along];
            }
            squares += sum * sum;
        }
        return Math.sqrt(squares);
    }

    private double[][] combined(double[][] weights) {
        double[][] vectors = new double[weights.length][matrix.columns()];
        Tridiagonal.rows(0, weights.length, (long) weights.length * basis.size() * matrix.columns(), k -> {
            for (int i = 0; i < basis.size(); i++) {
                Vectors.add(vectors[k], weights[k][i], basis.get(i), 0);
            }
        });
        return vectors;
    }
}
