package dev.ingot.validate.recompute;

import dev.ingot.checkpoint.DType;

/**
 * What comparing one tensor with its recomputation found.
 *
 * @param tensor of the trained model
 * @param module that the adapter changes, or empty for a tensor that has to be the base's own (or the adapter's, whole)
 * @param dtype in which it was written
 * @param elements of the tensor
 * @param compared of them
 * @param equal elements of the same value
 * @param distance largest, in units of rounding ({@link Tolerance})
 * @param weight sum of squares of the base's values
 * @param delta likewise of what the adapter adds
 * @param lost likewise of what one rounding takes of that
 * @param drift by how much of the delta's size the written delta differs from the recomputed one, as a whole; 0 where there is no delta
 * @param driftNoise what rounding alone may make of the drift: one standard deviation
 */
public record TensorCheck(
        String tensor,
        String module,
        DType dtype,
        long elements,
        long compared,
        long equal,
        double distance,
        double weight,
        double delta,
        double lost,
        double drift,
        double driftNoise,
        boolean finite) {

    public boolean touched() {
        return !module.isEmpty();
    }

    /** Frobenius norm of the delta over that of the weight. */
    public double effect() {
        return weight == 0 ? 0 : Math.sqrt(delta / weight);
    }

    /** Share of the delta's norm that rounding takes. */
    public double lostShare() {
        return delta == 0 ? 0 : Math.sqrt(lost / delta);
    }
}
