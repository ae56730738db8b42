package dev.ingot.validate.adapter;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.validate.weights.Unmergeable;
import org.junit.jupiter.api.Test;

/** What the judge leaves alone is said by name and size. */
class WholeDecompositionsTest {
    @Test
    void aLargeWeightIsNotRecomputedAndTheReasonNamesIt() {
        assertDoesNotThrow(() -> WholeDecompositions.requireFeasible("OSF", 1536, 8960));
        Unmergeable left =
                assertThrows(Unmergeable.class, () -> WholeDecompositions.requireFeasible("OSF", 11008, 4096));
        assertTrue(left.getMessage().contains("11008 x 4096"), left.getMessage());
    }
}
