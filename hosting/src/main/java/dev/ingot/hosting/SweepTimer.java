package dev.ingot.hosting;

import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.event.EventPort;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.work.Sweeper;
import dev.ingot.pipeline.work.Worker;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Sweeps where ingest runs, twice per grace period. */
@Singleton
class SweepTimer {
    private static final Logger LOG = Logger.getLogger(SweepTimer.class);

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("sweeper").factory());
    private final Sweeper sweeper;
    private final StageHost host;
    private final Duration grace;

    SweepTimer(ObjectStore store, EventPort events, Worker worker, Clock clock, WorkConfig work, StageHost host) {
        this.grace = work.grace();
        this.sweeper = new Sweeper(store, events, worker, clock, grace);
        this.host = host;
    }

    void start(@Observes StartupEvent started) {
        if (host.stages().contains(StageName.INGEST)) {
            long pause = grace.toMillis() / 2;
            var _ = timer.scheduleWithFixedDelay(this::sweep, pause, pause, TimeUnit.MILLISECONDS);
        }
    }

    void stop(@Observes ShutdownEvent stopped) {
        timer.shutdownNow();
    }

    /** Must not throw: the timer would never call again. */
    private void sweep() {
        try {
            sweeper.sweep();
        } catch (IOException | RuntimeException failed) {
            LOG.errorf(failed, "not swept");
        }
    }
}
