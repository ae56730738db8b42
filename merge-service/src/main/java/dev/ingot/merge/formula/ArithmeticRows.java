package dev.ingot.merge.formula;

import dev.ingot.arithmetic.Activations;
import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import dev.ingot.pipeline.plan.Arithmetic;
import dev.ingot.pipeline.plan.Arithmetic.BatchedProduct;
import dev.ingot.pipeline.plan.Arithmetic.Elementwise;
import dev.ingot.pipeline.plan.Arithmetic.Function;
import dev.ingot.pipeline.plan.Arithmetic.Kronecker;
import dev.ingot.pipeline.plan.Arithmetic.Mapped;
import dev.ingot.pipeline.plan.Arithmetic.Product;
import dev.ingot.pipeline.plan.Arithmetic.Quotient;
import dev.ingot.pipeline.plan.Arithmetic.Rounded;
import dev.ingot.pipeline.plan.Arithmetic.Scaled;
import dev.ingot.pipeline.plan.Arithmetic.Signs;
import dev.ingot.pipeline.plan.Arithmetic.Sum;
import dev.ingot.pipeline.plan.Arrangement.BlockDiagonal;
import dev.ingot.pipeline.plan.LinearAlgebra.Reflections;
import java.util.Arrays;

/** Rows of sums, products and functions. */
final class ArithmeticRows {
    private ArithmeticRows() {}

    static Rows of(Arithmetic arithmetic, Formula formula) {
        return switch (arithmetic) {
            case Sum sum -> Wise.of(formula.rows(sum.left()), formula.rows(sum.right()), (x, y) -> x + y);
            case Elementwise product ->
                Wise.of(formula.rows(product.left()), formula.rows(product.right()), (x, y) -> x * y);
            case Quotient quotient ->
                Wise.of(formula.rows(quotient.left()), formula.rows(quotient.right()), (x, y) -> x / y);
            case Scaled scaled -> Wise.of(formula.rows(scaled.of()), x -> scaled.by() * x);
            case Rounded rounded -> {
                DType dtype = formula.dtype();
                Rows of = formula.rows(rounded.of());
                yield dtype == DType.F32 ? of : Wise.of(of, x -> Rounding.to(dtype, x));
            }
            case Signs signs -> {
                float low = (float) signs.share();
                float high = (float) (1 - signs.share());
                yield Wise.of(formula.rows(signs.of()), x -> x < low ? -1 : x > high ? 1 : 0);
            }
            case Mapped mapped -> Wise.of(formula.rows(mapped.of()), function(mapped.function()));
            case Kronecker kronecker ->
                kronecker(kronecker, formula.held(kronecker.left()), formula.held(kronecker.right()));
            case Product product -> product(product, formula);
            case BatchedProduct products ->
                batched(products, formula.rows(products.left()), formula.held(products.right()));
        };
    }

    private static Rows batched(BatchedProduct products, Rows left, Held right) {
        int height = left.rows() / products.count();
        int inner = left.columns();
        int columns = right.columns();
        return new ByRow(left.rows(), columns, (first, count, into, at) -> {
            float[] factor = right.dense().values();
            float[] rows = new float[count * inner];
            left.read(first, count, rows, 0);
            Arrays.fill(into, at, at + count * columns, 0);
            for (int i = 0; i < count; i++) {
                int block = (first + i) / height * inner;
                for (int k = 0; k < inner; k++) {
                    float value = rows[i * inner + k];
                    for (int j = 0; j < columns; j++) {
                        int to = at + i * columns + j;
                        into[to] = Math.fma(value, factor[(block + k) * columns + j], into[to]);
                    }
                }
            }
        });
    }

    private static Wise.One function(Function function) {
        return switch (function) {
            case RELU -> Activations::relu;
            case LEAKY_RELU -> Activations::leakyRelu;
            case TANH -> Activations::tanh;
            case SIGMOID -> Activations::sigmoid;
            case SILU -> Activations::silu;
            case GELU -> Activations::gelu;
            case SIN -> x -> (float) Math.sin(x);
            case COS -> x -> (float) Math.cos(x);
            case RECIPROCAL -> x -> 1 / x;
        };
    }

    private static Rows kronecker(Kronecker kronecker, Held left, Held right) {
        int columns = kronecker.columns();
        return new ByRow(kronecker.rows(), columns, (first, count, into, at) -> {
            float[] a = left.dense().values();
            float[] b = right.dense().values();
            for (int i = 0; i < count; i++) {
                int outer = (first + i) / right.rows() * left.columns();
                int inner = (first + i) % right.rows() * right.columns();
                for (int j = 0; j < columns; j++) {
                    into[at + i * columns + j] = a[outer + j / right.columns()] * b[inner + j % right.columns()];
                }
            }
        });
    }

    /** Factors on the right that are large and mostly empty are applied, not multiplied with. */
    private static Rows product(Product product, Formula formula) {
        Rows left = formula.rows(product.left());
        return switch (product.right()) {
            case BlockDiagonal diagonal ->
                new BlockDiagonalProduct(left, formula.held(diagonal.of()), diagonal.count());
            case Reflections reflections -> reflected(left, formula.held(reflections.of()));
            default -> new MatrixProduct(left, formula.rows(product.right()));
        };
    }

    /** Each row against the reflectors, one after the other: {@code w - 2 (w · u) u}. */
    private static Rows reflected(Rows left, Held vectors) {
        Held reflectors = new Held(
                vectors.columns(),
                vectors.rows(),
                () -> AlgebraRows.normalized(vectors.dense().transposed(), 0));
        int columns = left.columns();
        return new ByRow(left.rows(), columns, (first, count, into, at) -> {
            left.read(first, count, into, at);
            Dense units = reflectors.dense();
            for (int i = 0; i < count; i++) {
                for (int k = 0; k < units.rows(); k++) {
                    reflect(into, at + i * columns, units.values(), k * columns, columns);
                }
            }
        });
    }

    private static void reflect(float[] row, int at, float[] units, int unit, int columns) {
        double along = 0;
        for (int j = 0; j < columns; j++) {
            along += (double) row[at + j] * units[unit + j];
        }
        float twice = (float) (2 * along);
        for (int j = 0; j < columns; j++) {
            row[at + j] -= twice * units[unit + j];
        }
    }
}
