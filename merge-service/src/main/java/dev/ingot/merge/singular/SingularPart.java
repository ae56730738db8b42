package dev.ingot.merge.singular;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * {@code sum σ u vᵀ} over neighbouring places of a matrix's singular values, largest first. Where the values at its border are one to single
 * precision, which vectors belong to it is not defined: PEFT, which decomposes in float32, does not find the same ones again either.
 */
public final class SingularPart {
    /** Matrices this small, or ranks this large a part of them, are taken apart as a whole. */
    private static final int SMALL = 192;

    private static final int SHARE = 8;
    /** Vectors among which leading ones are looked for; where so many are not enough, the values are too close. */
    private static final int MOST = 2400;
    /** Singular values that differ by less, relative to the largest, are one in float32. */
    private static final double SAME = 1e-6;

    private final double[][] left;
    private final double[][] right;
    private final boolean defined;

    /**
     * @param left a row for each of the matrix's
     * @param right a row for each of the part's values
     */
    private SingularPart(double[][] left, double[][] right, boolean defined) {
        this.left = left;
        this.right = right;
        this.defined = defined;
    }

    /**
     * Of the {@code rank} largest values.
     *
     * @param weight row-major
     */
    public static SingularPart leading(float[] weight, int rows, int columns, int rank) {
        int least = Math.min(rows, columns);
        GramProducts matrix = new GramProducts(weight, rows, columns);
        if (least <= SMALL || rank * SHARE > least) {
            return projected(matrix, rows <= columns, 0, rank, least);
        }
        SymmetricEigen found = LeadingSubspace.of(matrix, rank, MOST);
        double[][] vectors = Arrays.copyOf(found.vectors(), rank);
        return new SingularPart(
                matrix.images(vectors),
                vectors,
                isParted(found.largest(), found.values()[rank - 1], found.values()[rank]));
    }

    /**
     * Of all values from place {@code from} on.
     *
     * @param weight row-major
     */
    public static SingularPart trailing(float[] weight, int rows, int columns, int from) {
        int least = Math.min(rows, columns);
        return projected(new GramProducts(weight, rows, columns), rows <= columns, from, least, least);
    }

    /**
     * The same with every component rounded: values and elements of unit vectors.
     *
     * @param weight row-major
     */
    public static SingularPart trailing(float[] weight, int rows, int columns, int from, DoubleUnaryOperator rounding) {
        SingularPart exact = trailing(weight, rows, columns, from);
        double[][] left = new double[rows][exact.right.length];
        double[][] right = new double[exact.right.length][];
        boolean wide = rows <= columns;
        for (int k = 0; k < right.length; k++) {
            double[] u = column(exact.left, k);
            double[] v = exact.right[k].clone();
            double size = Vectors.norm(wide ? v : u);
            Vectors.scale(wide ? v : u, size == 0 ? 0 : 1 / size);
            double value = rounding.applyAsDouble(size);
            for (int i = 0; i < rows; i++) {
                left[i][k] = value * rounding.applyAsDouble(u[i]);
            }
            Arrays.setAll(v, j -> rounding.applyAsDouble(v[j]));
            right[k] = v;
        }
        return new SingularPart(left, right, exact.defined);
    }

    private static double[] column(double[][] matrix, int k) {
        double[] column = new double[matrix.length];
        Arrays.setAll(column, i -> matrix[i][k]);
        return column;
    }

    /** W on the space of the singular vectors of its shorter side at places {@code [from, to)}. */
    private static SingularPart projected(GramProducts matrix, boolean wide, int from, int to, int all) {
        int first = Math.max(from - 1, 0);
        SymmetricEigen found = SymmetricEigen.of(matrix.gram(), first, Math.min(to + 1, all));
        double[] values = found.values();
        boolean defined = (from == 0 || from == to || isParted(found.largest(), values[0], values[1]))
                && (to == all || from == to || isParted(found.largest(), values[to - 1 - first], values[to - first]));
        double[][] vectors = Arrays.copyOfRange(found.vectors(), from - first, to - first);
        return wide
                ? new SingularPart(transposed(vectors, matrix.rows()), matrix.combinations(vectors), defined)
                : new SingularPart(matrix.images(vectors), vectors, defined);
    }

    private static double[][] transposed(double[][] vectors, int rows) {
        double[][] turned = new double[rows][];
        Arrays.setAll(turned, i -> column(vectors, i));
        return turned;
    }

    private static boolean isParted(double largest, double inside, double outside) {
        double scale = SAME * Math.sqrt(Math.max(largest, 0));
        double last = Math.sqrt(Math.max(inside, 0));
        return last <= scale || last - Math.sqrt(Math.max(outside, 0)) > scale;
    }

    /** Whether the values at the border of the part differ. */
    public boolean isDefined() {
        return defined;
    }

    /** A row of it, into {@code into[at..]}. */
    public void read(int row, float[] into, int at) {
        if (right.length == 0) {
            return;
        }
        double[] sum = new double[right[0].length];
        for (int k = 0; k < right.length; k++) {
            Vectors.add(sum, left[row][k], right[k], 0);
        }
        for (int j = 0; j < sum.length; j++) {
            into[at + j] = (float) sum[j];
        }
    }
}
