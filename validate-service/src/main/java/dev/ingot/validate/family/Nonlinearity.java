package dev.ingot.validate.family;

/** What stands between the two ends of a feed-forward block. */
public sealed interface Nonlinearity {

    /** {@code activation(gate) · up}, of two projections. */
    record Gated(Activation activation) implements Nonlinearity {}

    /** {@code activation(x)}, of one projection. */
    record Plain(Activation activation) implements Nonlinearity {}

    /**
     * gpt-oss: gate and up are the even and odd elements of one projection, {@code (clamp(up) + 1) · g · sigmoid(alpha · g)} with
     * {@code g = min(gate, limit)}.
     */
    record Clamped(double alpha, double limit) implements Nonlinearity {}
}
