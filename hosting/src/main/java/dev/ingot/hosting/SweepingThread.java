package dev.ingot.hosting;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Sweeps twice per grace period, on a daemon thread of its own, until it is closed. A sweep that fails is logged, and the next one comes all the same. */
public final class SweepingThread implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(SweepingThread.class);

    private final ScheduledExecutorService timer;
    private final String name;

    /** Starts nothing yet. */
    public SweepingThread(String name) {
        this.name = name;
        this.timer = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name(name).factory());
    }

    /** What is done each time. */
    @FunctionalInterface
    public interface Sweep {
        void sweep() throws IOException;
    }

    /** The first sweep comes after half a grace period. */
    public void start(Duration grace, Sweep sweep) {
        long pause = grace.toMillis() / 2;
        var _ = timer.scheduleWithFixedDelay(() -> guarded(sweep), pause, pause, TimeUnit.MILLISECONDS);
    }

    /** Must not throw: the timer would never call again. */
    private void guarded(Sweep sweep) {
        try {
            sweep.sweep();
        } catch (IOException | RuntimeException failed) {
            LOG.errorf(failed, "not swept: sweeper=%s", name);
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
