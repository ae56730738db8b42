package dev.ingot.merge.formula;

import dev.ingot.pipeline.plan.Arrangement;
import dev.ingot.pipeline.plan.Arrangement.BlockDiagonal;
import dev.ingot.pipeline.plan.Arrangement.BlockTransposed;
import dev.ingot.pipeline.plan.Arrangement.Circulant;
import dev.ingot.pipeline.plan.Arrangement.HalfTurned;
import dev.ingot.pipeline.plan.Arrangement.Reshaped;
import dev.ingot.pipeline.plan.Arrangement.RowsReplaced;
import dev.ingot.pipeline.plan.Arrangement.Slice;
import dev.ingot.pipeline.plan.Arrangement.Stacked;
import dev.ingot.pipeline.plan.Arrangement.Tiled;
import dev.ingot.pipeline.plan.Arrangement.Transposed;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Rows of matrices whose elements stand elsewhere in others. */
final class ArrangedRows {
    private ArrangedRows() {}

    static Rows of(Arrangement arrangement, Formula formula) {
        return switch (arrangement) {
            case Transposed transposed -> {
                Held of = formula.held(transposed.of());
                yield Formula.whole(transposed, () -> of.dense().transposed());
            }
            case Reshaped reshaped -> reshaped(reshaped, formula.rows(reshaped.of()));
            case Slice slice -> slice(slice, formula.rows(slice.of()));
            case Tiled tiled -> tiled(tiled, formula.held(tiled.of()));
            case Stacked stacked ->
                stacked(stacked, stacked.parts().stream().map(formula::rows).toList());
            case BlockTransposed blocks -> {
                Held of = formula.held(blocks.of());
                yield Formula.whole(blocks, () -> blockTransposed(of.dense(), blocks.height()));
            }
            case BlockDiagonal diagonal -> blockDiagonal(diagonal, formula.held(diagonal.of()));
            case Circulant circulant -> circulant(circulant, formula.held(circulant.kernels()));
            case HalfTurned turned -> halfTurned(turned, formula.rows(turned.of()));
            case RowsReplaced replaced -> replaced(replaced, formula.rows(replaced.of()), formula.held(replaced.by()));
        };
    }

    private static Rows reshaped(Reshaped reshaped, Rows of) {
        int columns = reshaped.columns();
        return new ByRow(reshaped.rows(), columns, (first, count, into, at) -> {
            long begin = (long) first * columns;
            long end = begin + (long) count * columns;
            int from = Math.toIntExact(begin / of.columns());
            int rows = Math.toIntExact(Math.ceilDiv(end, of.columns())) - from;
            float[] covering = new float[rows * of.columns()];
            of.read(from, rows, covering, 0);
            System.arraycopy(covering, (int) (begin - (long) from * of.columns()), into, at, count * columns);
        });
    }

    private static Rows slice(Slice slice, Rows of) {
        return new ByRow(slice.rows(), slice.columns(), (first, count, into, at) -> {
            float[] row = new float[of.columns()];
            for (int i = 0; i < count; i++) {
                of.read(slice.firstRow() + first + i, 1, row, 0);
                System.arraycopy(row, slice.firstColumn(), into, at + i * slice.columns(), slice.columns());
            }
        });
    }

    private static Rows tiled(Tiled tiled, Held of) {
        int columns = tiled.columns();
        return new ByRow(tiled.rows(), columns, (first, count, into, at) -> {
            Dense tile = of.dense();
            for (int i = 0; i < count; i++) {
                int from = (first + i) % tile.rows() * tile.columns();
                int to = at + i * columns;
                if (tile.columns() == 1) {
                    Arrays.fill(into, to, to + columns, tile.values()[from]);
                } else {
                    for (int j = 0; j < columns; j += tile.columns()) {
                        System.arraycopy(tile.values(), from, into, to + j, Math.min(tile.columns(), columns - j));
                    }
                }
            }
        });
    }

    private static Rows stacked(Stacked stacked, List<Rows> parts) {
        int columns = stacked.columns();
        return new ByRow(stacked.rows(), columns, (first, count, into, at) -> {
            int begin = 0;
            for (Rows part : parts) {
                int from = Math.max(first, begin);
                int to = Math.min(first + count, begin + part.rows());
                if (from < to) {
                    part.read(from - begin, to - from, into, at + (from - first) * columns);
                }
                begin += part.rows();
            }
        });
    }

    private static Dense blockTransposed(Dense of, int height) {
        int width = of.columns();
        float[] values = new float[of.values().length];
        for (int i = 0; i < of.rows(); i++) {
            int block = i / height;
            for (int j = 0; j < width; j++) {
                values[(block * width + j) * height + i % height] = of.values()[i * width + j];
            }
        }
        return new Dense(values, of.rows() / height * width, height);
    }

    private static Rows blockDiagonal(BlockDiagonal diagonal, Held of) {
        int height = diagonal.rows() / diagonal.count();
        int columns = diagonal.columns();
        return new ByRow(diagonal.rows(), columns, (first, count, into, at) -> {
            Arrays.fill(into, at, at + count * columns, 0);
            for (int i = 0; i < count; i++) {
                int block = (first + i) / height;
                of.dense().read(first + i, 1, into, at + i * columns + block * of.columns());
            }
        });
    }

    private static Rows circulant(Circulant circulant, Held kernels) {
        int size = kernels.columns();
        int columns = circulant.columns();
        return new ByRow(circulant.rows(), columns, (first, count, into, at) -> {
            float[] values = kernels.dense().values();
            for (int i = 0; i < count; i++) {
                int block = (first + i) / size * circulant.blockColumns();
                int shift = (first + i) % size;
                for (int j = 0; j < columns; j++) {
                    int kernel = (block + j / size) * size;
                    into[at + i * columns + j] = values[kernel + Math.floorMod(j % size - shift, size)];
                }
            }
        });
    }

    private static Rows halfTurned(HalfTurned turned, Rows of) {
        int columns = turned.columns();
        int half = turned.group() / 2;
        return new ByRow(turned.rows(), columns, (first, count, into, at) -> {
            for (int i = 0; i < count; i++) {
                boolean upper = (first + i) % turned.group() < half;
                int to = at + i * columns;
                of.read(first + i + (upper ? half : -half), 1, into, to);
                for (int j = to; upper && j < to + columns; j++) {
                    into[j] = -into[j];
                }
            }
        });
    }

    private static Rows replaced(RowsReplaced replaced, Rows of, Held by) {
        Map<Integer, Integer> rowOf = new HashMap<>();
        for (int k = 0; k < replaced.indices().size(); k++) {
            rowOf.put(replaced.indices().get(k), k);
        }
        int columns = replaced.columns();
        return new ByRow(replaced.rows(), columns, (first, count, into, at) -> {
            of.read(first, count, into, at);
            replace(rowOf, by, first, count, into, at);
        });
    }

    private static void replace(Map<Integer, Integer> rowOf, Held by, int first, int count, float[] into, int at)
            throws IOException {
        for (int i = 0; i < count; i++) {
            Integer row = rowOf.get(first + i);
            if (row != null) {
                by.read(row, 1, into, at + i * by.columns());
            }
        }
    }
}
