package dev.ingot.arithmetic.adapter;

/** What training made of a weight of [out, in], row by row; the kernel of a convolution is flattened into {@code in}. Safe for several threads. */
@FunctionalInterface
public interface RowFormula {
    /** Turns a row of the base into the trained one, in place. */
    void train(int row, double[] values);

    /** The base's own rows, for formulas that look at more than one. */
    @FunctionalInterface
    interface Base {
        double[] row(int row);
    }

    /** Rounds as PEFT casts in between; the identity where it does not. */
    @FunctionalInterface
    interface Rounder {
        double round(double value);
    }
}
