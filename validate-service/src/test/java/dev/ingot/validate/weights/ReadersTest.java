package dev.ingot.validate.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Threads that read a matrix together. */
class ReadersTest {
    @ParameterizedTest
    @CsvSource({"1, 5", "3, 1", "3, 7", "4, 4", "8, 3"})
    void everyPieceIsReadOnce(int threads, int pieces) throws IOException {
        AtomicIntegerArray reads = new AtomicIntegerArray(pieces);
        try (Readers readers = new Readers(threads)) {
            readers.read(pieces, (from, to) -> {
                for (long piece = from; piece < to; piece++) {
                    reads.incrementAndGet((int) piece);
                }
            });
        }
        for (int piece = 0; piece < pieces; piece++) {
            assertEquals(1, reads.get(piece), "piece " + piece);
        }
    }

    @Test
    void aFailureOnAnotherThreadIsThrown() {
        try (Readers readers = new Readers(3)) {
            IOException thrown = assertThrows(
                    IOException.class,
                    () -> readers.read(3, (from, to) -> {
                        if (to == 3) {
                            throw new IOException("gone");
                        }
                    }));
            assertEquals("gone", thrown.getMessage());
        }
    }
}
