package dev.ingot.arithmetic;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

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

    private final float[] matrix;
    private final int rows;
    private final int columns;
    private final int width;

    private LeadingSpace(float[] matrix, int rows, int columns, int width) {
        this.matrix = matrix;
        this.rows = rows;
        this.columns = columns;
        this.width = width;
    }

    /**
     * The space of the {@code rank} largest values, [columns, rank], row-major.
     *
     * @param matrix row-major
     */
    public static double[] of(float[] matrix, int rows, int columns, int rank) {
        int width = Math.min(rank + Math.max(rank, BESIDE), Math.min(rows, columns));
        return new LeadingSpace(matrix, rows, columns, width).find(rank);
    }

    private double[] find(int rank) {
        double[] block = new Random(1).doubles((long) columns * width, -1, 1).toArray();
        block = OrthonormalColumns.householderQ(product(block), columns, width);
        double[] sizes = new double[width];
        for (int round = 0; round < ROUNDS; round++) {
            double[] image = product(block);
            double[] turn = turn(block, image, sizes);
            block = turned(block, turn);
            if (residual(block, turned(image, turn), sizes, rank) <= allowed(sizes, rank)) {
                break;
            }
            block = OrthonormalColumns.householderQ(filtered(block, sizes), columns, width);
        }
        double[] space = new double[columns * rank];
        for (int j = 0; j < columns; j++) {
            System.arraycopy(block, j * width, space, j * rank, rank);
        }
        return space;
    }

    private double allowed(double[] sizes, int rank) {
        double gap = rank < width ? sizes[rank - 1] - sizes[rank] : sizes[0];
        return Math.max(TOLERANCE * gap, FLOOR * sizes[0]);
    }

    private double residual(double[] block, double[] image, double[] sizes, int rank) {
        double[] squares = new double[rank];
        for (int j = 0; j < columns; j++) {
            for (int k = 0; k < rank; k++) {
                double off = image[j * width + k] - sizes[k] * block[j * width + k];
                squares[k] += off * off;
            }
        }
        return Math.sqrt(Arrays.stream(squares).max().orElse(0));
    }

    /** The polynomial that is small where the unwanted values are and grows fastest beyond them. */
    private double[] filtered(double[] block, double[] sizes) {
        double half = sizes[width - 1] / 2;
        if (half <= 0) {
            return product(block);
        }
        double sigma = half / (sizes[0] - half);
        double tau = 2 / sigma;
        double[] before = block;
        double[] now = step(product(block), block, half, sigma / half, block, 0);
        for (int degree = 2; degree <= DEGREE; degree++) {
            double next = 1 / (tau - sigma);
            double[] after = step(product(now), now, half, 2 * next / half, before, sigma * next);
            before = now;
            now = after;
            sigma = next;
        }
        return now;
    }

    /** {@code (image - centre * block) * factor - earlier * share}. */
    private static double[] step(
            double[] image, double[] block, double centre, double factor, double[] earlier, double share) {
        for (int i = 0; i < image.length; i++) {
            image[i] = (image[i] - centre * block[i]) * factor - share * earlier[i];
        }
        return image;
    }

    /** {@code Mᵀ M X}, parts of the rows added in order. */
    private double[] product(double[] block) {
        double[][] sums = new double[PARTS][];
        IntStream.range(0, PARTS).parallel().forEach(part -> sums[part] = product(block, part));
        for (int part = 1; part < PARTS; part++) {
            add(sums[0], 1, sums[part], 0, 0, sums[0].length);
        }
        return sums[0];
    }

    private double[] product(double[] block, int part) {
        double[] sum = new double[columns * width];
        double[] along = new double[width];
        int end = (int) ((part + 1L) * rows / PARTS);
        for (int i = (int) ((long) part * rows / PARTS); i < end; i++) {
            Arrays.fill(along, 0);
            for (int j = 0; j < columns; j++) {
                add(along, matrix[i * columns + j], block, 0, j * width, width);
            }
            for (int j = 0; j < columns; j++) {
                add(sum, matrix[i * columns + j], along, j * width, 0, width);
            }
        }
        return sum;
    }

    private static void add(double[] sum, double factor, double[] values, int at, int from, int count) {
        for (int k = 0; k < count; k++) {
            sum[at + k] += factor * values[from + k];
        }
    }

    /** The rotation of the block that makes its vectors those of the matrix within it, largest value first; the values go into {@code sizes}. */
    private double[] turn(double[] block, double[] image, double[] sizes) {
        double[] small = new double[width * width];
        for (int j = 0; j < columns; j++) {
            for (int k = 0; k < width; k++) {
                add(small, block[j * width + k], image, k * width, j * width, width);
            }
        }
        return SymmetricRotations.diagonalize(small, width, sizes);
    }

    private double[] turned(double[] block, double[] turn) {
        double[] turned = new double[block.length];
        for (int j = 0; j < columns; j++) {
            for (int k = 0; k < width; k++) {
                add(turned, block[j * width + k], turn, j * width, k * width, width);
            }
        }
        return turned;
    }
}
