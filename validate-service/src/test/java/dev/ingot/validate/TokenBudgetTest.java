package dev.ingot.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** What a measurement has time for. */
class TokenBudgetTest {
    private static final long PARAMETERS = 1_000_000_000;

    private final TokenBudget budget = new TokenBudget(60e9, 250e6, 2);

    @Test
    void tokensHaveTheTimeThatReadingBothModelsLeaves() {
        // 2 x 10^9 elements at 2 x 250 x 10^6 a second are 4 s; 6 x 10^9 operations a token are 0.1 s.
        assertEquals(60, budget.tokens(10, PARAMETERS));
    }

    @Test
    void noneWhereReadingTakesAllOfIt() {
        assertEquals(0, budget.tokens(3, PARAMETERS));
    }

    @Test
    void moreCoresReadFaster() {
        assertEquals(80, new TokenBudget(60e9, 250e6, 4).tokens(10, PARAMETERS));
    }
}
