package dev.ingot.hosting;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SweepingThreadTest {
    @Test
    void aSweepThatFailsIsFollowedByTheNext() throws InterruptedException {
        CountDownLatch sweeps = new CountDownLatch(4);
        try (SweepingThread thread = new SweepingThread("test")) {
            thread.start(Duration.ofMillis(2), () -> {
                sweeps.countDown();
                if (sweeps.getCount() % 2 == 0) {
                    throw new IllegalStateException("this one fails in the code");
                }
                throw new IOException("this one fails at the store");
            });
            assertTrue(sweeps.await(10, TimeUnit.SECONDS));
        }
    }
}
