package dev.ingot.pipeline.digest;

/**
 * CRC32C of two stretches of bytes from the CRC32C of each, so that stretches can be summed by several threads: the first sum is carried over the
 * second stretch by a multiplication with x to the power of its bits, modulo the polynomial. Polynomials over two elements, bit 31 is the
 * coefficient of x^0 (RFC 3720, appendix B.4; Castagnoli's polynomial).
 */
final class Crc32cJoin {
    private static final int POLYNOMIAL = 0x82F63B78;
    private static final int ONE = 1 << 31;
    private static final int X = 1 << 30;

    private long bytes = -1;
    private int power;

    /** Sum of a stretch with sum {@code first}, followed by {@code length} bytes with sum {@code second}. */
    int join(int first, int second, long length) {
        if (length != bytes) {
            power = powerOfX(length * Byte.SIZE);
            bytes = length;
        }
        return times(power, first) ^ second;
    }

    private static int powerOfX(long exponent) {
        int result = ONE;
        int square = X;
        for (long rest = exponent; rest > 0; rest >>>= 1) {
            if ((rest & 1) != 0) {
                result = times(result, square);
            }
            square = times(square, square);
        }
        return result;
    }

    private static int times(int a, int b) {
        int product = 0;
        int shifted = b;
        for (int bit = ONE; bit != 0; bit >>>= 1) {
            if ((a & bit) != 0) {
                product ^= shifted;
            }
            shifted = (shifted & 1) != 0 ? shifted >>> 1 ^ POLYNOMIAL : shifted >>> 1;
        }
        return product;
    }
}
