package dev.ingot.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.validate.weights.Ahead;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AheadTest {
    private final AtomicInteger alive = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();

    private final class Block implements AutoCloseable {
        Block() {
            most.accumulateAndGet(alive.incrementAndGet(), Math::max);
        }

        @Override
        public void close() {
            alive.decrementAndGet();
        }
    }

    @Test
    void neverHoldsMoreThanTheBlockInUseAndTheNext() throws IOException, InterruptedException {
        List<Ahead.Load<Block>> loads = Collections.nCopies(20, Block::new);
        try (Ahead<Block> ahead = new Ahead<>(loads)) {
            for (int i = 0; i < loads.size(); i++) {
                try (Block block = ahead.take()) {
                    assertTrue(alive.get() <= 2, () -> alive + " blocks are alive with " + block);
                }
            }
        }
        assertTrue(most.get() <= 2);
        assertEquals(0, alive.get());
    }

    @Test
    void givesBackABlockThatNobodyTook() throws IOException, InterruptedException {
        try (Ahead<Block> ahead = new Ahead<>(Collections.nCopies(3, Block::new))) {
            ahead.take().close();
        }
        assertEquals(0, alive.get());
    }

    @Test
    void throwsWhatTheLoadThrewOnce() {
        List<Ahead.Load<Block>> loads = List.of(() -> {
            throw new IOException("disk");
        });
        IOException thrown = assertThrows(IOException.class, () -> {
            try (Ahead<Block> ahead = new Ahead<>(loads)) {
                ahead.take();
            }
        });
        assertEquals("disk", thrown.getMessage());
        assertEquals(0, thrown.getSuppressed().length);
    }
}
