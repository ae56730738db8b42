package dev.ingot.pipeline.tile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(20)
class OrderedTilesTest {
    private final List<Integer> committed = new ArrayList<>();

    @ParameterizedTest
    @CsvSource({"0, 1", "0, 4", "1, 1", "1, 4", "7, 2", "500, 1", "500, 5"})
    void everyTileIsCommittedOnceAndInOrder(int tiles, int threads) throws Exception {
        OrderedTiles.run(tiles, threads, Recorder::new);
        assertEquals(IntStream.range(0, tiles).boxed().toList(), committed);
    }

    @Test
    void aLaterTileIsComputedWhileAnEarlierOneIsStillBusy() throws Exception {
        CountDownLatch second = new CountDownLatch(1);
        OrderedTiles.run(2, 2, () -> new Recorder() {
            @Override
            public void compute(int tile) throws IOException {
                if (tile == 0) {
                    await(second);
                } else {
                    second.countDown();
                }
            }
        });
        assertEquals(List.of(0, 1), committed);
    }

    @Test
    void ofSeveralBrokenTilesTheFirstInOrderDecides() {
        CountDownLatch laterFailed = new CountDownLatch(1);
        IOException thrown = assertThrows(
                IOException.class,
                () -> OrderedTiles.run(4, 2, () -> new Recorder() {
                    @Override
                    public void compute(int tile) throws IOException {
                        if (tile == 1) {
                            await(laterFailed);
                        } else if (tile == 2) {
                            laterFailed.countDown();
                        }
                        if (tile > 0) {
                            throw new IOException("tile " + tile);
                        }
                    }
                }));
        assertEquals("tile 1", thrown.getMessage());
        assertEquals(List.of(0), committed);
    }

    @Test
    void anErrorInAWorkerEndsTheWholeAndIsThrownAsItIs() {
        assertThrows(
                OutOfMemoryError.class,
                () -> OrderedTiles.run(9, 3, () -> new Recorder() {
                    @Override
                    public void commit(int tile) {
                        throw new OutOfMemoryError("made up");
                    }
                }));
        assertTrue(committed.isEmpty());
    }

    @Test
    void anInterruptEndsTheHelpersBeforeItIsPassedOn() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        CountDownLatch bothAtWork = new CountDownLatch(2);
        AtomicInteger atWork = new AtomicInteger();
        Thread caller = Thread.ofPlatform().start(() -> {
            try {
                OrderedTiles.run(9, 2, () -> new Recorder() {
                    @Override
                    public void compute(int tile) throws IOException {
                        atWork.incrementAndGet();
                        bothAtWork.countDown();
                        try {
                            await(never);
                        } finally {
                            atWork.decrementAndGet();
                        }
                    }
                });
            } catch (IOException | InterruptedException e) {
                committed.add(-atWork.get());
            }
        });
        bothAtWork.await();
        caller.interrupt();
        caller.join();
        assertEquals(List.of(0), committed);
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private class Recorder implements OrderedTiles.Worker {
        @Override
        public void compute(int tile) throws IOException {}

        @Override
        public void commit(int tile) throws IOException {
            committed.add(tile);
        }
    }
}
