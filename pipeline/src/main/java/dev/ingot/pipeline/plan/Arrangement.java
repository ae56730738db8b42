package dev.ingot.pipeline.plan;

import java.util.List;

/** Matrices with the elements of others in other places. */
public sealed interface Arrangement extends Matrix {
    /** Element (i, j) is (j, i) of the other. */
    record Transposed(Matrix of) implements Arrangement {
        @Override
        public int rows() {
            return of.columns();
        }

        @Override
        public int columns() {
            return of.rows();
        }
    }

    /** The same elements, row by row, in rows of another length. */
    record Reshaped(Matrix of, int rows, int columns) implements Arrangement {
        public Reshaped {
            Matrix.require(
                    (long) rows * columns == (long) of.rows() * of.columns(), rows + " x " + columns + " of", of);
        }
    }

    /** Rows {@code [firstRow, firstRow + rows)} and columns {@code [firstColumn, firstColumn + columns)}. */
    record Slice(Matrix of, int firstRow, int rows, int firstColumn, int columns) implements Arrangement {
        public Slice {
            boolean inside = firstRow >= 0
                    && firstColumn >= 0
                    && firstRow + (long) rows <= of.rows()
                    && firstColumn + (long) columns <= of.columns();
            Matrix.require(inside, "%d+%d, %d+%d of".formatted(firstRow, rows, firstColumn, columns), of);
        }
    }

    /** Repeated in both directions and cut off: element (i, j) is {@code of[i % of.rows, j % of.columns]}. A vector is spread over rows or columns so. */
    record Tiled(Matrix of, int rows, int columns) implements Arrangement {}

    /** Matrices of one width, one below the other. */
    record Stacked(List<Matrix> parts) implements Arrangement {
        public Stacked {
            parts = List.copyOf(parts);
            for (Matrix part : parts) {
                Matrix.require(part.columns() == parts.getFirst().columns(), "stacked", parts.getFirst(), part);
            }
        }

        @Override
        public int rows() {
            return parts.stream().mapToInt(Matrix::rows).sum();
        }

        @Override
        public int columns() {
            return parts.getFirst().columns();
        }
    }

    /** A stack of blocks of {@code height} rows, each transposed: [n * height, width] becomes [n * width, height]. */
    record BlockTransposed(Matrix of, int height) implements Arrangement {
        public BlockTransposed {
            Matrix.require(of.rows() % height == 0, "blocks of " + height + " rows of", of);
        }

        @Override
        public int rows() {
            return of.rows() / height * of.columns();
        }

        @Override
        public int columns() {
            return height;
        }
    }

    /** A stack of {@code count} blocks, laid along the diagonal: [count * h, w] becomes [count * h, count * w]. */
    record BlockDiagonal(Matrix of, int count) implements Arrangement {
        public BlockDiagonal {
            Matrix.require(of.rows() % count == 0, count + " blocks of", of);
        }

        @Override
        public int rows() {
            return of.rows();
        }

        @Override
        public int columns() {
            return Math.multiplyExact(of.columns(), count);
        }
    }

    /**
     * Square blocks, each made of one row of {@code kernels}, [blockRows * blockColumns, b]: element (p, j) of block (u, v) is
     * {@code kernels[u * blockColumns + v, (j - p) mod b]}.
     */
    record Circulant(Matrix kernels, int blockRows, int blockColumns) implements Arrangement {
        public Circulant {
            Matrix.require(
                    kernels.rows() == blockRows * blockColumns, blockRows + " x " + blockColumns + " of", kernels);
        }

        @Override
        public int rows() {
            return blockRows * kernels.columns();
        }

        @Override
        public int columns() {
            return blockColumns * kernels.columns();
        }
    }

    /** In every {@code group} rows the second half, negated, above the first: a quarter turn of the pairs (q, q + group / 2). */
    record HalfTurned(Matrix of, int group) implements Arrangement {
        public HalfTurned {
            Matrix.require(group % 2 == 0 && of.rows() % group == 0, "groups of " + group + " rows of", of);
        }

        @Override
        public int rows() {
            return of.rows();
        }

        @Override
        public int columns() {
            return of.columns();
        }
    }

    /** The other with some rows replaced: row {@code indices[k]} is row k of {@code by}. */
    record RowsReplaced(Matrix of, List<Integer> indices, Matrix by) implements Arrangement {
        public RowsReplaced {
            indices = List.copyOf(indices);
            Matrix.require(indices.size() == by.rows() && by.columns() == of.columns(), "rows of", of, by);
            for (int index : indices) {
                Matrix.require(index >= 0 && index < of.rows(), "row " + index + " of", of);
            }
        }

        @Override
        public int rows() {
            return of.rows();
        }

        @Override
        public int columns() {
            return of.columns();
        }
    }
}
