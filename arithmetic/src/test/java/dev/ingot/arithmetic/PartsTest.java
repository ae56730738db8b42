package dev.ingot.arithmetic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PartsTest {
    private static final String COMMON_POOL = "java.util.concurrent.ForkJoinPool.common.parallelism";
    private static final int PARTS = 5000;

    private String before;

    @BeforeEach
    void remember() {
        before = System.getProperty(COMMON_POOL, "");
    }

    @AfterEach
    void restore() {
        System.clearProperty(COMMON_POOL);
        if (!before.isEmpty()) {
            System.setProperty(COMMON_POOL, before);
        }
    }

    @Test
    void oneThreadIsTheCallersOwnThoughThePoolHasOthers() {
        CompletableFuture.runAsync(() -> {}).join();
        Parts.limit(1);
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        Parts.each(0, PARTS, part -> threads.add(Thread.currentThread()));
        assertEquals(Set.of(Thread.currentThread()), threads);
    }

    @Test
    void everyPartIsDoneOnce() {
        AtomicIntegerArray done = new AtomicIntegerArray(PARTS);
        Parts.each(0, PARTS, done::incrementAndGet);
        assertEquals(
                PARTS,
                IntStream.range(0, PARTS).filter(part -> done.get(part) == 1).count());
    }
}
