package dev.ingot.arithmetic;

import java.util.Arrays;
import java.util.Random;

/**
 * The right singular vectors of a large matrix's largest singular values, in float64, by subspace iteration with a Chebyshev filter (Zhou, Saad and
 * others, 2006): a block twice as wide as what is asked for, so that equal values do no harm. Values that are equal where the space ends leave it
 * undefined; then any of its vectors come out.
 */
public final class LeadingSpace {
    private static final int DEGREE = 12;
    private static final int ROUNDS = 40;
    private static final int BESIDE = 8;
    private static final int PARTS = 16;
    /** By how much vectors may be off, as a part of the gap behind the space. */
    private static final double TOLERANCE = 1e-6;

    private static final double FLOOR = 1e-13;
    /** What is left of a vector that lies in the space of others. */
    private static final double NOTHING = 1e-13;

    private final float[] matrix;
    private final int rows;
    private final int columns;
    private final int rank;
    private final int width;

    private LeadingSpace(float[] matrix, int rows, int columns, int rank) {
        this.matrix = matrix;
        this.rows = rows;
        this.columns = columns;
        this.rank = rank;
        this.width = Math.min(rank + Math.max(rank, BESIDE), Math.min(rows, columns));
    }

    /**
     * Unit vectors of the space of the {@code rank} largest values: rank x columns.
     *
     * @param matrix row-major
     */
    public static double[][] of(float[] matrix, int rows, int columns, int rank) {
        return new LeadingSpace(matrix, rows, columns, rank).find();
    }

    private double[][] find() {
        Random random = new Random(1);
        double[][] start = new double[width][];
        Arrays.setAll(start, k -> random.doubles(columns, -1, 1).toArray());
        double[][] block = orthonormal(product(orthonormal(start)));
        double[] sizes = new double[width];
        for (int round = 0; round < ROUNDS; round++) {
            double[][] image = product(block);
            double[] turn = turn(block, image, sizes);
            block = turned(block, turn);
            if (residual(block, turned(image, turn), sizes) <= allowed(sizes)) {
                break;
            }
            block = orthonormal(filtered(block, sizes));
        }
        return Arrays.copyOf(block, rank);
    }

    private double allowed(double[] sizes) {
        double gap = rank < width ? sizes[rank - 1] - sizes[rank] : sizes[0];
        return Math.max(TOLERANCE * gap, FLOOR * sizes[0]);
    }

    private double residual(double[][] block, double[][] image, double[] sizes) {
        double largest = 0;
        for (int k = 0; k < rank; k++) {
            double[] off = image[k].clone();
            add(off, -sizes[k], block[k]);
            largest = Math.max(largest, dot(off, off));
        }
        return Math.sqrt(largest);
    }

    /** The polynomial that is small where the unwanted values are and grows fastest beyond them. */
    private double[][] filtered(double[][] block, double[] sizes) {
        double half = sizes[width - 1] / 2;
        if (half <= 0) {
            return product(block);
        }
        double sigma = half / (sizes[0] - half);
        double tau = 2 / sigma;
        double[][] before = block;
        double[][] now = step(product(block), block, half, sigma / half, block, 0);
        for (int degree = 2; degree <= DEGREE; degree++) {
            double next = 1 / (tau - sigma);
            double[][] after = step(product(now), now, half, 2 * next / half, before, sigma * next);
            before = now;
            now = after;
            sigma = next;
        }
        return now;
    }

    /** {@code (image - centre * block) * factor - earlier * share}. */
    private static double[][] step(
            double[][] image, double[][] block, double centre, double factor, double[][] earlier, double share) {
        for (int k = 0; k < image.length; k++) {
            for (int j = 0; j < image[k].length; j++) {
                image[k][j] = (image[k][j] - centre * block[k][j]) * factor - share * earlier[k][j];
            }
        }
        return image;
    }

    /** {@code Mᵀ M x} of every vector; parts of the rows are added in order. */
    private double[][] product(double[][] block) {
        double[][][] sums = new double[PARTS][][];
        Parts.each(0, PARTS, part -> sums[part] = product(block, part));
        for (int part = 1; part < PARTS; part++) {
            for (int k = 0; k < width; k++) {
                add(sums[0][k], 1, sums[part][k]);
            }
        }
        return sums[0];
    }

    private double[][] product(double[][] block, int part) {
        double[][] sums = new double[width][columns];
        double[][] four = new double[4][columns];
        double[] along = new double[4];
        int end = (int) ((part + 1L) * rows / PARTS);
        for (int i = (int) ((long) part * rows / PARTS); i < end; i += four.length) {
            for (int row = 0; row < four.length; row++) {
                widen(i + row, end, four[row]);
            }
            for (int k = 0; k < width; k++) {
                dots(four[0], four[1], four[2], four[3], block[k], along);
                add(sums[k], four[0], four[1], four[2], four[3], along[0], along[1], along[2], along[3]);
            }
        }
        return sums;
    }

    /** A row in float64; zeros past the end. */
    private void widen(int row, int end, double[] into) {
        for (int j = 0; j < columns; j++) {
            into[j] = row < end ? matrix[row * columns + j] : 0;
        }
    }

    private static void dots(double[] a, double[] b, double[] c, double[] d, double[] x, double[] into) {
        double ofA = 0;
        double ofB = 0;
        double ofC = 0;
        double ofD = 0;
        for (int j = 0; j < x.length; j++) {
            double value = x[j];
            ofA += a[j] * value;
            ofB += b[j] * value;
            ofC += c[j] * value;
            ofD += d[j] * value;
        }
        into[0] = ofA;
        into[1] = ofB;
        into[2] = ofC;
        into[3] = ofD;
    }

    private static void add(
            double[] sum,
            double[] a,
            double[] b,
            double[] c,
            double[] d,
            double ofA,
            double ofB,
            double ofC,
            double ofD) {
        for (int j = 0; j < sum.length; j++) {
            sum[j] += ofA * a[j] + ofB * b[j] + (ofC * c[j] + ofD * d[j]);
        }
    }

    private static void add(double[] sum, double factor, double[] values) {
        for (int j = 0; j < sum.length; j++) {
            sum[j] += factor * values[j];
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int j = 0; j < a.length; j++) {
            sum += a[j] * b[j];
        }
        return sum;
    }

    /** Each vector against those before it, twice; one that brings nothing new is replaced by another. */
    private static double[][] orthonormal(double[][] block) {
        for (int k = 0; k < block.length; k++) {
            double before = Math.sqrt(dot(block[k], block[k]));
            double left = rest(block, k);
            if (left <= NOTHING * before) {
                block[k] = new Random(k).doubles(block[k].length, -1, 1).toArray();
                rest(block, k);
            }
            rest(block, k);
        }
        return block;
    }

    /** Takes earlier vectors out of one and makes it a unit vector; returns what its norm was then. */
    private static double rest(double[][] block, int k) {
        for (int other = 0; other < k; other++) {
            add(block[k], -dot(block[k], block[other]), block[other]);
        }
        double norm = Math.sqrt(dot(block[k], block[k]));
        double factor = norm == 0 ? 0 : 1 / norm;
        for (int j = 0; j < block[k].length; j++) {
            block[k][j] *= factor;
        }
        return norm;
    }

    /** The rotation of the block that makes its vectors those of the matrix within it, largest value first; the values go into {@code sizes}. */
    private double[] turn(double[][] block, double[][] image, double[] sizes) {
        double[] small = new double[width * width];
        for (int k = 0; k < width; k++) {
            for (int other = 0; other <= k; other++) {
                small[k * width + other] = dot(block[k], image[other]);
                small[other * width + k] = small[k * width + other];
            }
        }
        return SymmetricRotations.diagonalize(small, width, sizes);
    }

    private double[][] turned(double[][] block, double[] turn) {
        double[][] turned = new double[width][columns];
        for (int k = 0; k < width; k++) {
            for (int of = 0; of < width; of++) {
                add(turned[k], turn[of * width + k], block[of]);
            }
        }
        return turned;
    }
}
