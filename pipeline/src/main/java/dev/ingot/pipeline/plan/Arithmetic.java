package dev.ingot.pipeline.plan;

/** Matrices that are computed from others, in float32. */
public sealed interface Arithmetic extends Matrix {
    /** Of the shape of the one that it is computed from. */
    sealed interface OfOne extends Arithmetic {
        Matrix of();

        @Override
        default int rows() {
            return of().rows();
        }

        @Override
        default int columns() {
            return of().columns();
        }
    }

    /** Of the shape of the two that it is computed from. */
    sealed interface OfAlike extends Arithmetic {
        Matrix left();

        @Override
        default int rows() {
            return left().rows();
        }

        @Override
        default int columns() {
            return left().columns();
        }
    }

    /** Element by element. */
    record Sum(Matrix left, Matrix right) implements OfAlike {
        public Sum {
            Matrix.require(left.rows() == right.rows() && left.columns() == right.columns(), "sum of", left, right);
        }
    }

    /** Row by column, inner index ascending in one accumulator with fma. */
    record Product(Matrix left, Matrix right) implements Arithmetic {
        public Product {
            Matrix.require(left.columns() == right.rows(), "product of", left, right);
        }

        @Override
        public int rows() {
            return left.rows();
        }

        @Override
        public int columns() {
            return right.columns();
        }
    }

    /** Products of {@code count} pairs of blocks: [count * h, k] and [count * k, w], each a stack, give [count * h, w]. */
    record BatchedProduct(Matrix left, Matrix right, int count) implements Arithmetic {
        public BatchedProduct {
            boolean fits = left.rows() % count == 0 && right.rows() == count * left.columns();
            Matrix.require(fits, count + " products of", left, right);
        }

        @Override
        public int rows() {
            return left.rows();
        }

        @Override
        public int columns() {
            return right.columns();
        }
    }

    /** The product of elements that stand in the same place. */
    record Elementwise(Matrix left, Matrix right) implements OfAlike {
        public Elementwise {
            Matrix.require(left.rows() == right.rows() && left.columns() == right.columns(), "product of", left, right);
        }
    }

    /** {@code left / right}, element by element. */
    record Quotient(Matrix left, Matrix right) implements OfAlike {
        public Quotient {
            Matrix.require(
                    left.rows() == right.rows() && left.columns() == right.columns(), "quotient of", left, right);
        }
    }

    /** Element (i, j) is {@code left[i / right.rows, j / right.columns] * right[i % right.rows, j % right.columns]}. */
    record Kronecker(Matrix left, Matrix right) implements Arithmetic {
        @Override
        public int rows() {
            return Math.multiplyExact(left.rows(), right.rows());
        }

        @Override
        public int columns() {
            return Math.multiplyExact(left.columns(), right.columns());
        }
    }

    /** Every element times a number, rounded. */
    record Scaled(Matrix of, float by) implements OfOne {}

    /** Rounded (nearest, ties to even) to the dtype in which the output is written, where PEFT casts before it adds. */
    record Rounded(Matrix of) implements OfOne {}

    /** -1 for elements below {@code share}, 1 for those above {@code 1 - share}, 0 for all others. */
    record Signs(Matrix of, double share) implements OfOne {}

    /** A function of each element. */
    record Mapped(Matrix of, Function function) implements OfOne {}

    /** Functions of one number. */
    enum Function {
        RELU,
        SIN,
        COS,
        TANH,
        SIGMOID,
        /** {@code x * sigmoid(x)} */
        SILU,
        /** {@code x / 2 * (1 + erf(x / sqrt 2))} */
        GELU,
        LEAKY_RELU,
        RECIPROCAL
    }
}
