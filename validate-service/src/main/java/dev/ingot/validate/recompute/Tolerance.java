package dev.ingot.validate.recompute;

import dev.ingot.checkpoint.DType;

/**
 * In which units a merged value's distance from the reference is counted. A right merge may differ from the reference by rounding alone: sums in
 * another order, a delta that was rounded before it was added. Such differences are as large as one unit in the last place of the largest number
 * that takes part, which is more than one unit of the result where weight and delta cancel.
 */
final class Tolerance {
    /** Relative error of a float32 sum of products in any order, for ranks that adapters have. */
    private static final double FLOAT32_SUM = 0x1p-20;

    private Tolerance() {}

    /**
     * Distance of {@code found} from {@code expected} in units of rounding; infinite where one of them is no number.
     *
     * @param weight before the delta
     * @param delta that was added
     * @param magnitude sum of the absolute products that make the delta, times the scale
     */
    static double units(DType dtype, float found, float expected, float weight, float delta, double magnitude) {
        if (!Float.isFinite(found) || !Float.isFinite(expected)) {
            return Float.compare(found, expected) == 0 ? 0 : Double.POSITIVE_INFINITY;
        }
        double largest = Math.max(Math.abs(expected), Math.max(Math.abs(weight), Math.abs(delta)));
        double unit = Math.max(ulp(dtype, largest), FLOAT32_SUM * (Math.abs(weight) + magnitude));
        return Math.abs((double) found - expected) / unit;
    }

    /** Distance of neighbouring values of {@code dtype} around {@code x}. */
    static double ulp(DType dtype, double x) {
        int exponent = Math.getExponent(x);
        return switch (dtype) {
            case F16 -> Math.scalb(1.0, Math.max(exponent, -14) - 10);
            case BF16 -> Math.scalb(1.0, Math.max(exponent, -126) - 7);
            default -> Math.scalb(1.0, Math.max(exponent, -126) - 23);
        };
    }
}
