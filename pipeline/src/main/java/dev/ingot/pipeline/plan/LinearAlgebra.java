package dev.ingot.pipeline.plan;

import dev.ingot.checkpoint.DType;

/** Matrices for which whole rows, whole columns or the whole of another have to be known. */
public sealed interface LinearAlgebra extends Matrix {
    /** Of the shape of the one that it is computed from. */
    sealed interface SameShape extends LinearAlgebra {
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

    /** 2-norms of the rows, [rows, 1]. */
    record RowNorms(Matrix of) implements LinearAlgebra {
        @Override
        public int rows() {
            return of.rows();
        }

        @Override
        public int columns() {
            return 1;
        }
    }

    /** 2-norms of the columns, [1, columns]. */
    record ColumnNorms(Matrix of) implements LinearAlgebra {
        @Override
        public int rows() {
            return 1;
        }

        @Override
        public int columns() {
            return of.columns();
        }
    }

    /** Each row divided by its 2-norm, or by {@code floor} where that is larger. */
    record NormalizedRows(Matrix of, float floor) implements SameShape {}

    /**
     * All elements divided by their standard deviation, that of a sample: the divisor is their number less one.
     *
     * @param dtype to which the deviation and the quotients are rounded
     */
    record Standardized(Matrix of, DType dtype) implements SameShape {}

    /** Each row whose 2-norm is above {@code limit} scaled down to it. */
    record CappedRows(Matrix of, float limit) implements SameShape {}

    /** Softmax over the {@code count} largest elements of each row; the others are 0. */
    record TopSoftmax(Matrix of, int count) implements SameShape {}

    /** A stack of {@code size} x {@code size} skew matrices, one for each row, whose elements above the diagonal are that row: [n, size (size - 1) / 2] becomes [n * size, size]. */
    record SkewOfUpper(Matrix of, int size) implements LinearAlgebra {
        public SkewOfUpper {
            Matrix.require(of.columns() == size * (size - 1) / 2, "upper triangles of " + size, of);
        }

        @Override
        public int rows() {
            return of.rows() * size;
        }

        @Override
        public int columns() {
            return size;
        }
    }

    /** {@code (X - Xᵀ) / 2} of every square block of a stack. */
    record SkewPart(Matrix of) implements SameShape {
        public SkewPart {
            Matrix.require(of.rows() % of.columns() == 0, "square blocks of", of);
        }
    }

    /**
     * A rotation of every skew block Q of a stack: {@code (I + Q)(I - Q)⁻¹}, or PEFT's series for it ({@code dev.ingot.arithmetic.Rotations}). That of
     * -Q is its transpose.
     *
     * @param terms of the series; 0 for the inverse
     */
    record Cayley(Matrix of, int terms) implements SameShape {
        public Cayley {
            Matrix.require(of.rows() % of.columns() == 0, "square blocks of", of);
        }
    }

    /** {@code (I - 2 u₁u₁ᵀ)(I - 2 u₂u₂ᵀ)…} for the columns of a matrix, each divided by its norm: [n, r] becomes [n, n]. */
    record Reflections(Matrix of) implements LinearAlgebra {
        @Override
        public int rows() {
            return of.rows();
        }

        @Override
        public int columns() {
            return of.rows();
        }
    }

    /** The columns made orthonormal one after the other, each against those before it (Gram-Schmidt). */
    record GramSchmidt(Matrix of) implements SameShape {}

    /** Q of the reduced QR decomposition, with LAPACK's signs: [n, r], n >= r. */
    record HouseholderQ(Matrix of) implements SameShape {
        public HouseholderQ {
            Matrix.require(of.rows() >= of.columns(), "QR of", of);
        }
    }

    /** The part of a matrix that its {@code rank} largest singular values make: {@code sum σ u vᵀ}. */
    record LeadingPart(Matrix of, int rank) implements SameShape {
        public LeadingPart {
            Matrix.require(rank >= 0 && rank <= Math.min(of.rows(), of.columns()), "rank " + rank + " of", of);
        }
    }

    /**
     * The part of a matrix that its singular values from place {@code from} on make, largest first: {@code sum σ u vᵀ}, every component rounded to
     * the dtype in which the output is written.
     */
    record TrailingPart(Matrix of, int from) implements SameShape {
        public TrailingPart {
            Matrix.require(from >= 0 && from <= Math.min(of.rows(), of.columns()), "place " + from + " of", of);
        }
    }
}
