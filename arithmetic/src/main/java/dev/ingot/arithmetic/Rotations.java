package dev.ingot.arithmetic;

/** Rotations made of skew-symmetric matrices, in float64. Matrices are row-major, n x n. */
public final class Rotations {
    private Rotations() {}

    /** The skew matrix whose elements above the diagonal are {@code upper[at..]}, row by row. */
    public static double[] skew(float[] upper, int at, int n) {
        double[] skew = new double[n * n];
        int next = at;
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) {
                skew[i * n + j] = upper[next];
                skew[j * n + i] = -upper[next];
                next++;
            }
        }
        return skew;
    }

    /** {@code (I + Q)(I - Q)⁻¹}, which for a skew Q always exists and is a rotation. */
    public static double[] cayley(double[] skew, int n) {
        double[] left = new double[n * n];
        double[] right = new double[n * n];
        for (int i = 0; i < n * n; i++) {
            double one = i % (n + 1) == 0 ? 1 : 0;
            left[i] = one - skew[i];
            right[i] = one + skew[i];
        }
        solve(left, right, n);
        return right;
    }

    /**
     * What PEFT approximates it with: {@code I + 2Q} for two terms, {@code I + 2Q + 2Q² + Q³} for three and four, {@code I + 2Q + 2Q² + 2Q³ + Q⁴} for
     * five, and so on.
     */
    public static double[] cayleySeries(double[] skew, int n, int terms) {
        double[] sum = new double[n * n];
        for (int i = 0; i < n; i++) {
            sum[i * n + i] = 1;
        }
        int last = terms <= 2 ? terms - 1 : Math.max(terms, 4) - 1;
        double[] power = skew;
        for (int exponent = 1; exponent <= last; exponent++) {
            double factor = exponent > 2 && exponent == last ? 1 : 2;
            for (int i = 0; i < n * n; i++) {
                sum[i] += factor * power[i];
            }
            power = product(power, skew, n);
        }
        return sum;
    }

    private static double[] product(double[] a, double[] b, int n) {
        double[] product = new double[n * n];
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < n; k++) {
                double factor = a[i * n + k];
                for (int j = 0; j < n; j++) {
                    product[i * n + j] += factor * b[k * n + j];
                }
            }
        }
        return product;
    }

    /** Gauss-Jordan with partial pivots: {@code right} becomes the solution X of {@code left X = right}. (I + Q) and (I - Q)⁻¹ commute. */
    private static void solve(double[] left, double[] right, int n) {
        for (int column = 0; column < n; column++) {
            int pivot = column;
            for (int row = column + 1; row < n; row++) {
                pivot = Math.abs(left[row * n + column]) > Math.abs(left[pivot * n + column]) ? row : pivot;
            }
            exchange(left, column, pivot, n);
            exchange(right, column, pivot, n);
            for (int row = 0; row < n; row++) {
                if (row != column) {
                    double factor = left[row * n + column] / left[column * n + column];
                    subtract(left, row, column, factor, n);
                    subtract(right, row, column, factor, n);
                }
            }
        }
        for (int i = 0; i < n * n; i++) {
            int row = i / n;
            right[i] /= left[row * n + row];
        }
    }

    private static void exchange(double[] matrix, int a, int b, int n) {
        for (int j = 0; a != b && j < n; j++) {
            double kept = matrix[a * n + j];
            matrix[a * n + j] = matrix[b * n + j];
            matrix[b * n + j] = kept;
        }
    }

    private static void subtract(double[] matrix, int row, int from, double factor, int n) {
        for (int j = 0; j < n; j++) {
            matrix[row * n + j] -= factor * matrix[from * n + j];
        }
    }
}
