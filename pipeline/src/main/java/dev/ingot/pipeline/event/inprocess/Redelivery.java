package dev.ingot.pipeline.event.inprocess;

import dev.ingot.pipeline.event.RetryDelay;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Delivers released work again when its wait is over. */
final class Redelivery implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Redelivery.class);

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("events-redelivery").factory());
    private final RetryDelay delay;

    Redelivery(RetryDelay delay) {
        this.delay = delay;
    }

    /** Runs {@code deliver} after the wait that follows a delivery with this number. */
    void schedule(int delivery, Runnable deliver) {
        try {
            var _ = timer.schedule(deliver, delay.after(delivery).toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closed) {
            // Nobody works any more; whoever starts next finds in the store what is left to do.
            LOG.debugf("events are closed, released work is dropped: delivery=%d", delivery);
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
