package dev.ingot.arithmetic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class LowRankDeltaTest {
    @Test
    void theProductOfBothFactorsTimesTheScaleIsAdded() {
        float[] values = {1, 2, 3, 4, 5, 6};
        float[] left = {1, 2, 3, 4};
        float[] right = {1, 0, 2, 0, 1, 3};
        LowRankDelta.add(values, left, right, 2, 2, 3, 0.5f);
        assertArrayEquals(new float[] {1.5f, 3, 7, 5.5f, 7, 15}, values);
    }

    @Test
    void theSumRunsOverTheRankInOrderAndFused() {
        float[] left = {1e8f, 1, -1e8f};
        float[] right = {1, 1, 1};
        assertEquals(0f, LowRankDelta.at(left, right, 3, 1, 0, 0, 1));
        float third = 1 / 3f;
        float fused = LowRankDelta.at(new float[] {3, 1}, new float[] {third, -1}, 2, 1, 0, 0, 1);
        assertEquals(0f, fused);
        float low = LowRankDelta.at(new float[] {-1, 3}, new float[] {1, third}, 2, 1, 0, 0, 1);
        assertEquals(Math.fma(3, third, -1f), low);
    }
}
