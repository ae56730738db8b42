package dev.ingot.merge.formula;

import dev.ingot.checkpoint.DType;
import dev.ingot.pipeline.plan.Arithmetic;
import dev.ingot.pipeline.plan.Arithmetic.Product;
import dev.ingot.pipeline.plan.Arithmetic.Rounded;
import dev.ingot.pipeline.plan.Arithmetic.Scaled;
import dev.ingot.pipeline.plan.Arithmetic.Sum;
import dev.ingot.pipeline.plan.Arrangement;
import dev.ingot.pipeline.plan.Arrangement.Transposed;
import dev.ingot.pipeline.plan.Entries;
import dev.ingot.pipeline.plan.Entries.Base;
import dev.ingot.pipeline.plan.Entries.Original;
import dev.ingot.pipeline.plan.Entries.Tensor;
import dev.ingot.pipeline.plan.LinearAlgebra;
import dev.ingot.pipeline.plan.Matrix;
import dev.ingot.pipeline.plan.Operation.AddLowRank;
import dev.ingot.pipeline.plan.Operation.Become;
import dev.ingot.pipeline.plan.Operation.Factor;
import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.tile.PlainTiles;
import dev.ingot.pipeline.tile.TileSource;
import java.io.IOException;

/** Makes matrices of a plan readable. Each result may be read by several threads. */
public final class Formula {
    private final String tensor;
    private final Rows original;
    private final Rows base;
    private final DType dtype;
    private final AdapterTensors adapter;

    private Formula(String tensor, Rows original, Rows base, DType dtype, AdapterTensors adapter) {
        this.tensor = tensor;
        this.original = original;
        this.base = base;
        this.dtype = dtype;
        this.adapter = adapter;
    }

    /**
     * An output before its rounding: its operations applied, in order. Its rows are those of the last formula.
     *
     * @param values of the base
     * @param adapter tensors
     */
    public static Rows of(OutputTensor tensor, TileSource values, PlainTiles adapter) {
        int columns = columns(tensor);
        int rows = Math.toIntExact(tensor.shape().elements() / columns);
        Rows original = new ByRow(rows, columns, (first, count, into, at) -> {
            float[] part = at == 0 ? into : new float[count * columns];
            values.floats(tensor.value(), (long) first * columns, part, count * columns);
            if (at != 0) {
                System.arraycopy(part, 0, into, at, part.length);
            }
        });
        Rows current = original;
        for (var operation : tensor.operations()) {
            Matrix result = switch (operation) {
                case AddLowRank add -> formula(add, current);
                case Become become -> become.result();
            };
            AdapterTensors tensors = new AdapterTensors(adapter);
            current = new Formula(tensor.name(), original, current, tensor.dtype(), tensors).rows(result);
        }
        return current;
    }

    /** Columns of an output as its operations see it; all of them agree. */
    public static int columns(OutputTensor tensor) {
        for (var operation : tensor.operations()) {
            if (operation instanceof Become become) {
                return become.result().columns();
            }
        }
        return Math.toIntExact(tensor.shape().columns());
    }

    private static Matrix formula(AddLowRank add, Rows base) {
        Matrix left = factor(add.left(), base.rows(), add.rank());
        Matrix right = factor(add.right(), add.rank(), base.columns());
        Matrix delta = new Scaled(new Product(left, right), add.scale());
        return new Sum(new Base(base.rows(), base.columns()), add.rounded() ? new Rounded(delta) : delta);
    }

    private static Matrix factor(Factor factor, int rows, int columns) {
        return factor.transposed()
                ? new Transposed(new Tensor(factor.tensor(), columns, rows))
                : new Tensor(factor.tensor(), rows, columns);
    }

    /** A matrix of the formula, ready to be read. */
    Rows rows(Matrix matrix) {
        return switch (matrix) {
            case Entries entries -> EntryRows.of(entries, this);
            case Arrangement arrangement -> ArrangedRows.of(arrangement, this);
            case Arithmetic arithmetic -> ArithmeticRows.of(arithmetic, this);
            case LinearAlgebra algebra -> AlgebraRows.of(algebra, this);
        };
    }

    /** All of a matrix, made when it is first asked for, and kept. */
    Held held(Matrix matrix) {
        Rows rows = rows(matrix);
        return rows instanceof Held held ? held : Held.of(rows);
    }

    Rows base(Base as) {
        return requireShape(base, as);
    }

    Rows original(Original as) {
        return requireShape(original, as);
    }

    private static Rows requireShape(Rows value, Entries as) {
        if (as.rows() != value.rows() || as.columns() != value.columns()) {
            throw new IllegalArgumentException("a formula for %d x %d on a value of %d x %d"
                    .formatted(as.rows(), as.columns(), value.rows(), value.columns()));
        }
        return value;
    }

    /** Name of the output. */
    String tensor() {
        return tensor;
    }

    DType dtype() {
        return dtype;
    }

    AdapterTensors adapter() {
        return adapter;
    }

    /** A matrix that is made of another as a whole. */
    static Held whole(Matrix matrix, Held.Making making) {
        return new Held(matrix.rows(), matrix.columns(), making);
    }

    /** The rows of a source one chunk after the other. */
    static void pass(Rows source, RowVisitor visitor) throws IOException {
        int chunk = Math.clamp((1 << 18) / Math.max(source.columns(), 1), 1, Math.max(source.rows(), 1));
        float[] values = new float[chunk * source.columns()];
        for (int first = 0; first < source.rows(); first += chunk) {
            int count = Math.min(chunk, source.rows() - first);
            source.read(first, count, values, 0);
            visitor.visit(first, count, values);
        }
    }

    /** Sees rows {@code [first, first + count)}. */
    @FunctionalInterface
    interface RowVisitor {
        void visit(int first, int count, float[] values);
    }
}
