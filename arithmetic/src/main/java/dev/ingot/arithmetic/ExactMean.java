package dev.ingot.arithmetic;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;

/**
 * The mean of finite float32 values, rounded once: their sum is kept exactly, so neither the order in which they come nor the way they are shared
 * out among several of these matters. Used by one thread at a time.
 *
 * <pre>
 * value = mantissa * 2^(exponent - 150)      one sum of mantissas per exponent; room for 2^39 values
 * </pre>
 */
public final class ExactMean {
    private static final int EXPONENTS = 255;
    private static final BigDecimal UNITS_IN_ONE = new BigDecimal(BigInteger.ONE.shiftLeft(149));

    private final long[] mantissas = new long[EXPONENTS];
    private long count;

    /** Takes one value; IllegalArgumentException when it is not finite. */
    public void add(float value) {
        if (!Float.isFinite(value)) {
            throw new IllegalArgumentException("expected a finite value, found " + value);
        }
        int bits = Float.floatToRawIntBits(value);
        int exponent = bits >>> 23 & 0xFF;
        int mantissa = bits & 0x7FFFFF | (exponent == 0 ? 0 : 0x800000);
        mantissas[exponent] += bits < 0 ? -mantissa : mantissa;
        count++;
    }

    /** Takes all values of another. */
    public void add(ExactMean other) {
        for (int i = 0; i < EXPONENTS; i++) {
            mantissas[i] += other.mantissas[i];
        }
        count += other.count;
    }

    /** The mean, nearest and ties to even; 0 of no values. */
    public float value() {
        if (count == 0) {
            return 0;
        }
        BigInteger units = BigInteger.ZERO;
        for (int exponent = 0; exponent < EXPONENTS; exponent++) {
            units = units.add(BigInteger.valueOf(mantissas[exponent]).shiftLeft(Math.max(exponent - 1, 0)));
        }
        BigDecimal divisor = UNITS_IN_ONE.multiply(BigDecimal.valueOf(count));
        return new BigDecimal(units).divide(divisor, MathContext.DECIMAL128).floatValue();
    }
}
