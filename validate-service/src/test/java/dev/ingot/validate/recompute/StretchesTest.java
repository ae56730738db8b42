package dev.ingot.validate.recompute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StretchesTest {
    @ParameterizedTest
    @CsvSource({"1, 1", "4096, 4096", "7, 100000", "100000, 3", "65537, 1", "1, 65537"})
    void allRowsAreComparedOnce(long rows, long columns) {
        long next = 0;
        for (Stretches.Rows stretch : new Stretches(0).of(rows, columns)) {
            assertEquals(next, stretch.first());
            next += stretch.count();
        }
        assertEquals(rows, next);
    }

    @ParameterizedTest
    @CsvSource({"128256, 2048", "4096, 4096", "2048, 14336", "100000, 3"})
    void aSampleIsSpreadAndSmall(long rows, long columns) {
        List<Stretches.Rows> sample = new Stretches(1 << 15).of(rows, columns);
        assertTrue(sample.size() >= 8);
        assertEquals(0, sample.getFirst().first());
        Stretches.Rows last = sample.getLast();
        assertTrue(last.first() + last.count() > rows * 9 / 10);
        long compared =
                sample.stream().mapToLong(stretch -> stretch.count() * columns).sum();
        assertTrue(compared <= 9 * Math.max(columns, 1 << 12), () -> compared + " elements");
    }
}
