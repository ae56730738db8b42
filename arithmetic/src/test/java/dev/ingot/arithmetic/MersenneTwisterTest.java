package dev.ingot.arithmetic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/** Against what torch 2.15 gives on a CPU. */
class MersenneTwisterTest {
    @Test
    void theTenThousandthNumberIsTheOneThatTheStandardPrints() {
        MersenneTwister generator = new MersenneTwister(5489);
        generator.skip(9999);
        assertEquals(4123659995L, Integer.toUnsignedLong(generator.nextInt()));
    }

    @Test
    void uniformNumbersAreTorchs() {
        MersenneTwister generator = new MersenneTwister(7);
        float[] drawn = new float[5];
        for (int i = 0; i < drawn.length; i++) {
            drawn[i] = generator.nextUniform(-1.5f, 1.5f);
        }
        assertArrayEquals(
                new float[] {
                    0.10476762056350708f,
                    -0.9035904407501221f,
                    0.47763508558273315f,
                    0.47067081928253174f,
                    -0.8017153143882751f
                },
                drawn);
    }

    @Test
    void permutationsBeginAsTorchs() {
        long[] begin = new MersenneTwister(777).permutation(1000, 8);
        assertArrayEquals(new long[] {735, 819, 201, 799, 435, 497, 175, 590}, begin);
    }

    @Test
    void aWholePermutationIsTorchs() {
        assertArrayEquals(new long[] {0, 4, 3, 2, 1}, new MersenneTwister(777).permutation(5, 5));
    }

    @Test
    void moreThanAPermutationHasCannotBeAsked() {
        assertThrows(IllegalArgumentException.class, () -> new MersenneTwister(1).permutation(5, 6));
    }
}
