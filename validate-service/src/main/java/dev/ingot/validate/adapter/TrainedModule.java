package dev.ingot.validate.adapter;

import dev.ingot.arithmetic.adapter.Reals;
import dev.ingot.arithmetic.adapter.RowFormula.Base;
import dev.ingot.arithmetic.adapter.RowFormula.Rounder;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.validate.weights.CheckpointWeights;
import dev.ingot.validate.weights.Unmergeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/**
 * One module of an adapter, for the formula of its type, which sees the weight as [out, in].
 *
 * @param own raw keys of its tensors, by name
 * @param shared raw keys of tensors of all modules, by name
 * @param kernel elements of a convolution's kernel; 1 for a linear layer
 * @param rounder casts in between as PEFT does
 * @param base the weight's own rows
 * @param all modules of the adapter with the numbers of their outputs and inputs
 */
record TrainedModule(
        String name,
        AdapterConfig config,
        CheckpointWeights adapter,
        Map<String, String> own,
        Map<String, String> shared,
        int out,
        int in,
        int kernel,
        Rounder rounder,
        Base base,
        List<Extent> all) {

    /** A module of the adapter. */
    record Extent(String module, int out, int in) {}

    boolean has(String tensor) {
        return own.containsKey(tensor);
    }

    Shape shape(String tensor) {
        return adapter.shape(key(tensor, own)).orElseThrow();
    }

    Shape shapeOfShared(String tensor) {
        return adapter.shape(key(tensor, shared)).orElseThrow();
    }

    /** All elements of a tensor. */
    double[] vector(String tensor) {
        return Reals.of(floats(key(tensor, own)), 1, count(shape(tensor))).row(0);
    }

    Reals matrix(String tensor, int rows, int columns) {
        return matrixOf(key(tensor, own), rows, columns);
    }

    /** With as many rows as its first dimension says. */
    Reals matrix(String tensor) {
        int rows = (int) shape(tensor).dim(0);
        return matrix(tensor, rows, count(shape(tensor)) / rows);
    }

    Reals shared(String tensor, int rows, int columns) {
        return matrixOf(key(tensor, shared), rows, columns);
    }

    /** Whole numbers. */
    long[] indices(String tensor) {
        try {
            return adapter.wholeNumbers(key(tensor, own));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Reals matrixOf(String key, int rows, int columns) {
        float[] values = floats(key);
        if (values.length != (long) rows * columns) {
            throw new Unmergeable("%s of shape %s, where %s needs %d x %d"
                    .formatted(key, adapter.shape(key).orElseThrow(), name, rows, columns));
        }
        return Reals.of(values, rows, columns);
    }

    private float[] floats(String key) {
        float[] values = new float[count(adapter.shape(key).orElseThrow())];
        try {
            adapter.floats(key, 0, values, values.length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return values;
    }

    private String key(String tensor, Map<String, String> among) {
        String key = among.get(tensor);
        if (key == null) {
            throw new Unmergeable("an adapter without " + tensor + " for " + name);
        }
        return key;
    }

    private static int count(Shape shape) {
        return Math.toIntExact(shape.elements());
    }
}
