package dev.ingot.merge.singular;

/** Products of {@code Wᵀ W} with a few vectors, one pass over W. */
final class GramProducts {
    /** Parts of W whose sums are added in order, whoever computed them. */
    private static final int PARTS = 16;

    private final float[] weight;
    private final int rows;
    private final int columns;

    /** @param weight row-major */
    GramProducts(float[] weight, int rows, int columns) {
        this.weight = weight;
        this.rows = rows;
        this.columns = columns;
    }

    int rows() {
        return rows;
    }

    int columns() {
        return columns;
    }

    /** {@code Wᵀ W x} for each of four vectors. */
    double[][] of(double[][] vectors) {
        double[][][] sums = new double[PARTS][][];
        Tridiagonal.rows(0, PARTS, (long) rows * columns, part -> sums[part] = part(part, vectors));
        double[][] all = sums[0];
        for (int part = 1; part < PARTS; part++) {
            for (int k = 0; k < all.length; k++) {
                Vectors.add(all[k], 1, sums[part][k], 0);
            }
        }
        return all;
    }

    private double[][] part(int part, double[][] x) {
        double[][] sums = new double[x.length][columns];
        double[] row = new double[columns];
        int end = (int) ((part + 1L) * rows / PARTS);
        for (int i = (int) ((long) part * rows / PARTS); i < end; i++) {
            widen(i, row);
            double[] along = along(row, x[0], x[1], x[2], x[3]);
            add(row, along, sums[0], sums[1], sums[2], sums[3]);
        }
        return sums;
    }

    private void widen(int i, double[] row) {
        int at = i * columns;
        for (int j = 0; j < columns; j++) {
            row[j] = weight[at + j];
        }
    }

    private static double[] along(double[] row, double[] a, double[] b, double[] c, double[] d) {
        double a0 = 0;
        double a1 = 0;
        double b0 = 0;
        double b1 = 0;
        double c0 = 0;
        double c1 = 0;
        double d0 = 0;
        double d1 = 0;
        int j = 0;
        for (; j < row.length - 1; j += 2) {
            double even = row[j];
            double odd = row[j + 1];
            a0 += even * a[j];
            a1 += odd * a[j + 1];
            b0 += even * b[j];
            b1 += odd * b[j + 1];
            c0 += even * c[j];
            c1 += odd * c[j + 1];
            d0 += even * d[j];
            d1 += odd * d[j + 1];
        }
        for (; j < row.length; j++) {
            a0 += row[j] * a[j];
            b0 += row[j] * b[j];
            c0 += row[j] * c[j];
            d0 += row[j] * d[j];
        }
        return new double[] {a0 + a1, b0 + b1, c0 + c1, d0 + d1};
    }

    private static void add(double[] row, double[] along, double[] a, double[] b, double[] c, double[] d) {
        double byA = along[0];
        double byB = along[1];
        double byC = along[2];
        double byD = along[3];
        for (int j = 0; j < row.length; j++) {
            double x = row[j];
            a[j] += byA * x;
            b[j] += byB * x;
            c[j] += byC * x;
            d[j] += byD * x;
        }
    }

    /** {@code W x} for each vector: a row of results for each row of W. */
    double[][] images(double[][] vectors) {
        double[][] images = new double[rows][vectors.length];
        Tridiagonal.rows(0, PARTS, (long) rows * columns, part -> {
            double[] row = new double[columns];
            int end = (int) ((part + 1L) * rows / PARTS);
            for (int i = (int) ((long) part * rows / PARTS); i < end; i++) {
                widen(i, row);
                for (int k = 0; k < vectors.length; k++) {
                    images[i][k] = Vectors.dot(row, vectors[k]);
                }
            }
        });
        return images;
    }

    /** {@code xᵀ W} for each vector. */
    double[][] combinations(double[][] vectors) {
        double[][] sums = new double[vectors.length][columns];
        Tridiagonal.rows(0, vectors.length, (long) vectors.length * rows * columns, k -> {
            double[] row = new double[columns];
            for (int i = 0; i < rows; i++) {
                widen(i, row);
                Vectors.add(sums[k], vectors[k][i], row, 0);
            }
        });
        return sums;
    }

    /** All of {@code W Wᵀ} or {@code Wᵀ W}, whichever is smaller. */
    double[][] gram() {
        boolean wide = rows <= columns;
        double[][] lines = wide ? lines() : transposed();
        int n = lines.length;
        double[][] gram = new double[n][n];
        Tridiagonal.rows(0, n, (long) n * n * lines[0].length, i -> {
            for (int j = 0; j <= i; j++) {
                gram[i][j] = Vectors.dot(lines[i], lines[j]);
            }
        });
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) {
                gram[i][j] = gram[j][i];
            }
        }
        return gram;
    }

    /** Rows in float64. */
    private double[][] lines() {
        double[][] lines = new double[rows][columns];
        for (int i = 0; i < rows; i++) {
            widen(i, lines[i]);
        }
        return lines;
    }

    private double[][] transposed() {
        double[][] lines = new double[columns][rows];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                lines[j][i] = weight[i * columns + j];
            }
        }
        return lines;
    }
}
