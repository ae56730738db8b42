package dev.ingot.dequant.kernel;

import dev.ingot.arithmetic.FourBitCode;

/**
 * Which value of a code a number becomes, as a table. A code is a staircase of at most 16 steps over the line of float32 numbers. The line is cut
 * into 4096 bins by the upper 12 bits of a number (sign, exponent, 3 bits of the fraction); no bin holds more than one edge, so that one look-up
 * and one comparison, made by a carry, give the step. Found from {@link FourBitCode#nibble} by bisection.
 *
 * <p>Numbers are taken <em>in order</em>: the bits of a float32, of which those of a negative number are inverted but for the sign, so that
 * integers compare as floats do.
 */
final class CodeSteps {
    private static final int BIN_BITS = 20;
    private static final int BINS = 1 << Integer.SIZE - BIN_BITS;
    /** Numbers relative to the absmax of their block end at 1, give or take a rounding; beyond these two the staircase is flat. */
    private static final int LOWEST = inOrder(Float.floatToRawIntBits(-2));

    private static final int HIGHEST = inOrder(Float.floatToRawIntBits(2));

    /** Per bin: the step in the upper half, and in the lower half what carries into it when a number above the edge is added. */
    private final long[] carries = new long[BINS];

    private final float[] values = new float[16];

    private CodeSteps() {}

    static CodeSteps of(FourBitCode code) {
        CodeSteps steps = new CodeSteps();
        steps.values[0] = code.value(nibble(code, LOWEST));
        int step = 0;
        for (int bin = -BINS / 2; bin < BINS / 2; bin++) {
            long edge = ((long) bin + 1 << BIN_BITS) - 1;
            int first = Math.clamp((long) bin << BIN_BITS, LOWEST, HIGHEST);
            int last = Math.clamp(edge, LOWEST, HIGHEST);
            int same = lastOfSameStep(code, first, last);
            steps.carries[bin & BINS - 1] = carry(step, same < last ? same : edge);
            if (same < last) {
                requireOneEdge(code, same + 1, last);
                steps.values[++step] = code.value(nibble(code, last));
            }
        }
        return steps;
    }

    private static long carry(int step, long edge) {
        return ((long) step << Integer.SIZE) + 0xFFFF_FFFFL - edge;
    }

    private static int lastOfSameStep(FourBitCode code, int first, int last) {
        int nibble = nibble(code, first);
        int same = first;
        int other = last + 1;
        while (other - same > 1) {
            int middle = same + (other - same) / 2;
            if (nibble(code, middle) == nibble) {
                same = middle;
            } else {
                other = middle;
            }
        }
        return same;
    }

    private static void requireOneEdge(FourBitCode code, int first, int last) {
        if (lastOfSameStep(code, first, last) != last) {
            throw new IllegalStateException("two edges of " + code + " lie in one bin, after " + first);
        }
    }

    private static int nibble(FourBitCode code, int inOrder) {
        return code.nibble(Float.intBitsToFloat(inOrder(inOrder)));
    }

    /** Puts bits in order, and back. */
    private static int inOrder(int bits) {
        return bits ^ bits >> 31 >>> 1;
    }

    /** Replaces {@code count} bit patterns by numbers in order. */
    static void putInOrder(int[] numbers, int count) {
        for (int j = 0; j < count; j++) {
            int bits = numbers[j];
            numbers[j] = bits ^ bits >> 31 >>> 1;
        }
    }

    /** The value of the code for each of {@code count} numbers in order, of magnitude 2 at most. */
    void values(int[] numbers, float[] into, int count) {
        look(numbers, carries, values, into, count);
    }

    private static void look(int[] numbers, long[] carries, float[] values, float[] into, int count) {
        for (int j = 0; j < count; j++) {
            int number = numbers[j];
            into[j] = values[(int) (carries[number >>> BIN_BITS] + number >> Integer.SIZE)];
        }
    }
}
