package dev.ingot.validate.adapter;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.validate.weights.Unmergeable;
import org.junit.jupiter.api.Test;

/** What the judge leaves alone is said by name and size. */
class WholeDecompositionsTest {
    private static final long GIBIBYTE = 1L << 30;

    @Test
    void halfOfALargeLinearLayerIsRecomputedInTheMemoryOfAMerge() {
        assertDoesNotThrow(() -> WholeDecompositions.requireFeasible("OSF", 4096, 4096, 2048, GIBIBYTE));
    }

    @Test
    void aWeightThatTakesMoreMemoryIsLeftAndTheReasonNamesItAndTheCure() {
        Unmergeable left = assertThrows(
                Unmergeable.class, () -> WholeDecompositions.requireFeasible("OSF", 28672, 8192, 4096, GIBIBYTE));
        assertTrue(left.getMessage().contains("28672 x 8192"), left.getMessage());
        assertTrue(left.getMessage().contains("-Xmx"), left.getMessage());
    }
}
