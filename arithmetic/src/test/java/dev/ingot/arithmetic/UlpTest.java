package dev.ingot.arithmetic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingot.checkpoint.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class UlpTest {
    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16", "F32"})
    void neighboursAreOneApartAcrossZeroAndPowersOfTwo(DType dtype) {
        int one = Rounding.bits(dtype, 1f);
        int smallestNegative = Rounding.bits(dtype, -0f) + 1;
        assertEquals(1, Ulp.between(dtype, one, one - 1));
        assertEquals(1, Ulp.between(dtype, one, one + 1));
        assertEquals(2, Ulp.between(dtype, 1, smallestNegative));
        assertEquals(2L * one, Ulp.between(dtype, 1f, -1f));
    }

    @Test
    void bothZerosAreTheSameValue() {
        assertEquals(0, Ulp.between(DType.BF16, 0f, -0f));
    }

    @Test
    void aNaNIsNowhereNearAnythingButItself() {
        assertEquals(Ulp.NOT_COMPARABLE, Ulp.between(DType.F16, 0x7e00, 0x3c00));
        assertEquals(0, Ulp.between(DType.F16, 0x7e00, 0x7e00));
    }
}
