package dev.ingot.validate.recompute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
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

    @ParameterizedTest
    @CsvSource({"196608, 2048, 128", "9216, 5760, 9", "2048, 1024, 1024", "4097, 512, 16"})
    void aSampleLooksAtBothHalvesOfEveryExpert(long rows, long columns, long experts) {
        long own = rows / experts;
        List<Stretches.Rows> sample = new Stretches(1 << 15).of(rows, columns, experts);
        Set<Long> halves = sample.stream()
                .map(stretch -> stretch.first() / Math.max(own / 2, 1))
                .collect(Collectors.toSet());
        assertTrue(rows % experts != 0 || halves.size() == 2 * experts, halves::toString);
        assertTrue(sample.stream().allMatch(stretch -> stretch.first() + stretch.count() <= rows));
        assertTrue(sample.size() <= 2 * experts);
    }

    @Test
    void aSmallTensorOfExpertsIsComparedWhole() {
        assertEquals(List.of(new Stretches.Rows(0, 32)), new Stretches(1 << 15).of(32, 8, 16));
    }
}
