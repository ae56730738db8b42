package dev.ingot.arithmetic;

import dev.ingot.checkpoint.DType;
import java.util.HashMap;
import java.util.Map;

/**
 * The generator that torch uses on a CPU: MT19937 as Matsumoto and Nishimura published it, seeded with the low 32 bits of a number. Adapters that save
 * a seed in place of a matrix can only be read with it. Used by one thread at a time.
 */
public final class MersenneTwister {
    private static final int SIZE = 624;
    private static final int MIDDLE = 397;
    /** Bits of the mantissa of a float32, which torch fills and no more. */
    private static final int UNIFORM_BITS = 24;

    private final int[] state = new int[SIZE];
    private int next = SIZE;

    public MersenneTwister(long seed) {
        state[0] = (int) seed;
        for (int i = 1; i < SIZE; i++) {
            state[i] = 1812433253 * (state[i - 1] ^ state[i - 1] >>> 30) + i;
        }
    }

    /** The next 32 random bits. */
    public int nextInt() {
        if (next == SIZE) {
            twist();
        }
        int y = state[next++];
        y ^= y >>> 11;
        y ^= y << 7 & 0x9d2c5680;
        y ^= y << 15 & 0xefc60000;
        return y ^ y >>> 18;
    }

    private void twist() {
        for (int i = 0; i < SIZE; i++) {
            int joined = state[i] & 0x80000000 | state[(i + 1) % SIZE] & 0x7fffffff;
            state[i] = state[(i + MIDDLE) % SIZE] ^ joined >>> 1 ^ ((joined & 1) == 0 ? 0 : 0x9908b0df);
        }
        next = 0;
    }

    public void skip(long numbers) {
        for (long i = 0; i < numbers; i++) {
            nextInt();
        }
    }

    /** An element of {@code torch.empty(...).uniform_(low, high)} in float32, whose last two operations torch fuses. */
    public float nextUniform(float low, float high) {
        float unit = (nextInt() & (1 << UNIFORM_BITS) - 1) * 0x1p-24f;
        return Math.fma(unit, high - low, low);
    }

    /** The same of a bfloat16 tensor: drawn in float32 and rounded; what is rounded up to {@code high} becomes {@code low}, for high is not in the range. */
    public float nextBFloat16Uniform(float low, float high) {
        float drawn = Rounding.to(DType.BF16, nextUniform(low, high));
        return drawn == Rounding.to(DType.BF16, high) ? Rounding.to(DType.BF16, low) : drawn;
    }

    /** The first {@code count} elements of {@code torch.randperm(size)} with this generator; {@code size} is at least 1 and below 2^32. */
    public long[] permutation(long size, int count) {
        if (count > size || size >= 1L << 32) {
            throw new IllegalArgumentException(count + " of a permutation of " + size);
        }
        Map<Long, Long> moved = new HashMap<>();
        long[] first = new long[count];
        for (int i = 0; i < count; i++) {
            long from = i < size - 1 ? i + Integer.toUnsignedLong(nextInt()) % (size - i) : i;
            first[i] = moved.getOrDefault(from, from);
            moved.put(from, moved.getOrDefault((long) i, (long) i));
        }
        return first;
    }
}
