package dev.ingot.arithmetic;

/** Bases of the space that the columns of a matrix span, in float64. Matrices are row-major, rows x columns. */
public final class OrthonormalColumns {
    private OrthonormalColumns() {}

    /** Each column against those before it, then divided by its norm. */
    public static double[] gramSchmidt(double[] matrix, int rows, int columns) {
        double[] basis = matrix.clone();
        for (int j = 0; j < columns; j++) {
            for (int k = 0; k < j; k++) {
                double along = dot(basis, j, basis, k, rows, columns);
                for (int i = 0; i < rows; i++) {
                    basis[i * columns + j] -= along * basis[i * columns + k];
                }
            }
            double norm = Math.sqrt(dot(basis, j, basis, j, rows, columns));
            for (int i = 0; i < rows; i++) {
                basis[i * columns + j] /= norm;
            }
        }
        return basis;
    }

    /** Q of the reduced QR decomposition by Householder reflections with LAPACK's signs: R's diagonal has the sign opposite to the column's head. */
    public static double[] householderQ(double[] matrix, int rows, int columns) {
        double[] reduced = matrix.clone();
        double[][] reflectors = new double[columns][];
        for (int j = 0; j < columns; j++) {
            reflectors[j] = reflector(reduced, j, rows, columns);
            reflect(reduced, reflectors[j], rows, columns);
        }
        double[] q = new double[rows * columns];
        for (int j = 0; j < columns; j++) {
            q[j * columns + j] = 1;
        }
        for (int j = columns - 1; j >= 0; j--) {
            reflect(q, reflectors[j], rows, columns);
        }
        return q;
    }

    /** The unit vector whose reflection clears column j below the diagonal; empty where there is nothing to clear. */
    private static double[] reflector(double[] matrix, int j, int rows, int columns) {
        double below = 0;
        for (int i = j + 1; i < rows; i++) {
            below += matrix[i * columns + j] * matrix[i * columns + j];
        }
        if (below == 0) {
            return new double[0];
        }
        double head = matrix[j * columns + j];
        double[] vector = new double[rows];
        vector[j] = head + Math.copySign(Math.sqrt(head * head + below), head);
        for (int i = j + 1; i < rows; i++) {
            vector[i] = matrix[i * columns + j];
        }
        double norm = Math.sqrt(vector[j] * vector[j] + below);
        for (int i = j; i < rows; i++) {
            vector[i] /= norm;
        }
        return vector;
    }

    private static void reflect(double[] matrix, double[] vector, int rows, int columns) {
        for (int j = 0; vector.length > 0 && j < columns; j++) {
            double along = 0;
            for (int i = 0; i < rows; i++) {
                along += vector[i] * matrix[i * columns + j];
            }
            for (int i = 0; i < rows; i++) {
                matrix[i * columns + j] -= 2 * along * vector[i];
            }
        }
    }

    private static double dot(double[] a, int j, double[] b, int k, int rows, int columns) {
        double sum = 0;
        for (int i = 0; i < rows; i++) {
            sum += a[i * columns + j] * b[i * columns + k];
        }
        return sum;
    }
}
