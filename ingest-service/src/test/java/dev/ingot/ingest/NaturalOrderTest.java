package dev.ingot.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NaturalOrderTest {
    private static final List<String> ORDERED = List.of(
            "10.a",
            "",
            ".",
            "a",
            "a.01.b",
            "a.1",
            "a.1.a",
            "a.2",
            "a.9",
            "a.10",
            "a.10.b",
            "a.123456789012345678",
            "a.1234567890123456789",
            "a.",
            "a.-",
            "a.1x",
            "a.b",
            "a.b.c",
            "a-b",
            "layers.9.z",
            "layers.10.a",
            "layers.x");

    @Test
    void segmentsAreComparedOneByOneAndRunsOfDigitsAsNumbers() {
        List<String> shuffled = new ArrayList<>(ORDERED);
        Random random = new Random(5);
        for (int i = 0; i < 50; i++) {
            Collections.shuffle(shuffled, random);
            shuffled.sort(NaturalOrder.INSTANCE);
            assertEquals(ORDERED, shuffled);
        }
    }

    @Test
    void onlyEqualNamesAreEqual() {
        for (int i = 0; i < ORDERED.size(); i++) {
            for (int j = 0; j < ORDERED.size(); j++) {
                assertEquals(
                        Integer.compare(i, j),
                        Integer.signum(NaturalOrder.INSTANCE.compare(ORDERED.get(i), ORDERED.get(j))));
            }
        }
    }
}
