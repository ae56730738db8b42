package dev.ingot.merge.formula;

import dev.ingot.arithmetic.FourierTransform;
import dev.ingot.arithmetic.MersenneTwister;
import dev.ingot.checkpoint.DType;
import dev.ingot.pipeline.plan.Entries;
import dev.ingot.pipeline.plan.Entries.Base;
import dev.ingot.pipeline.plan.Entries.Filled;
import dev.ingot.pipeline.plan.Entries.Fourier;
import dev.ingot.pipeline.plan.Entries.Neighbour;
import dev.ingot.pipeline.plan.Entries.Original;
import dev.ingot.pipeline.plan.Entries.Scattered;
import dev.ingot.pipeline.plan.Entries.Tensor;
import dev.ingot.pipeline.plan.Entries.TopWeights;
import dev.ingot.pipeline.plan.Entries.Uniform;
import java.io.IOException;
import java.util.Arrays;

/** Rows of what is read or generated. */
final class EntryRows {
    private EntryRows() {}

    static Rows of(Entries entries, Formula formula) {
        return switch (entries) {
            case Base base -> formula.base(base);
            case Original original -> formula.original(original);
            case Tensor tensor ->
                Formula.whole(
                        tensor,
                        () -> new Dense(formula.adapter().floats(tensor.tensor()), tensor.rows(), tensor.columns()));
            case Neighbour neighbour -> neighbour(neighbour, formula);
            case Filled filled ->
                new ByRow(
                        filled.rows(),
                        filled.columns(),
                        (first, count, into, at) ->
                                Arrays.fill(into, at, at + count * filled.columns(), filled.value()));
            case Uniform uniform -> Formula.whole(uniform, () -> uniform(uniform));
            case Scattered scattered -> scattered(scattered, formula);
            case TopWeights weights -> Formula.whole(weights, () -> topWeights(weights, formula.adapter()));
            case Fourier fourier -> fourier(fourier, formula);
        };
    }

    private static Rows neighbour(Neighbour neighbour, Formula formula) {
        int columns = neighbour.columns();
        return new ByRow(neighbour.rows(), columns, (first, count, into, at) -> {
            float[] part = new float[count * columns];
            formula.adapter().tiles().floats(neighbour.value(), (long) first * columns, part, part.length);
            System.arraycopy(part, 0, into, at, part.length);
        });
    }

    private static Dense uniform(Uniform uniform) {
        MersenneTwister generator = new MersenneTwister(uniform.seed());
        generator.skip(uniform.skip());
        float[] values = new float[Math.multiplyExact(uniform.rows(), uniform.columns())];
        for (int i = 0; i < values.length; i++) {
            values[i] = uniform.dtype() == DType.BF16
                    ? generator.nextBFloat16Uniform(uniform.low(), uniform.high())
                    : generator.nextUniform(uniform.low(), uniform.high());
        }
        return new Dense(values, uniform.rows(), uniform.columns());
    }

    /** Rows of a matrix of which nearly all elements are 0: its entries, sorted by row. */
    private static Rows scattered(Scattered scattered, Formula formula) {
        Held values = formula.held(scattered.values());
        SparseEntries entries = new SparseEntries(() -> SparseEntries.read(scattered, formula.adapter(), values));
        int columns = scattered.columns();
        return new ByRow(scattered.rows(), columns, (first, count, into, at) -> {
            Arrays.fill(into, at, at + count * columns, 0);
            entries.addTo(first, count, columns, into, at);
        });
    }

    private static Dense topWeights(TopWeights top, AdapterTensors adapter) throws IOException {
        int[] indices = adapter.indices(top.indices(), top.columns());
        float[] weights = adapter.floats(top.weights());
        int count = indices.length / top.rows();
        float[] values = new float[Math.multiplyExact(top.rows(), top.columns())];
        for (int i = 0; i < top.rows(); i++) {
            float rest = 1;
            for (int j = 0; j < count - 1; j++) {
                float weight = weights[i * (count - 1) + j];
                values[i * top.columns() + indices[i * count + j]] += weight;
                rest -= weight;
            }
            values[i * top.columns() + indices[i * count + count - 1]] += rest;
        }
        return new Dense(values, top.rows(), top.columns());
    }

    private static Rows fourier(Fourier fourier, Formula formula) {
        Held spectrum = formula.held(fourier.spectrum());
        int rows = fourier.rows();
        int columns = fourier.columns();
        long[] places = new MersenneTwister(fourier.seed())
                .permutation((long) rows * columns, fourier.spectrum().columns());
        FourierTransform overRows = new FourierTransform(rows);
        FourierTransform overColumns = new FourierTransform(columns);
        double scale = fourier.scale() / ((double) rows * columns);
        return new ByRow(rows, columns, (first, count, into, at) -> {
            float[] coefficients = spectrum.dense().values();
            double[] re = new double[columns];
            double[] im = new double[columns];
            for (int i = 0; i < count; i++) {
                Arrays.fill(re, 0);
                Arrays.fill(im, 0);
                for (int k = 0; k < places.length; k++) {
                    int column = (int) (places[k] % columns);
                    long turn = (first + i) * (places[k] / columns);
                    re[column] += coefficients[k] * overRows.cos(turn);
                    im[column] += coefficients[k] * overRows.sin(turn);
                }
                overColumns.transform(re, im);
                for (int j = 0; j < columns; j++) {
                    into[at + i * columns + j] = (float) (scale * re[j]);
                }
            }
        });
    }
}
