package dev.ingot.dequant;

import dev.ingot.pipeline.store.ObjectStore;
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
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Sweeps the caches where dequant runs, twice per grace period. */
@Singleton
class CacheBeans {
    private static final Logger LOG = Logger.getLogger(CacheBeans.class);

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("cache-sweeper").factory());
    private final CacheSweep sweep;
    private final Duration grace;

    CacheBeans(
            ObjectStore store,
            DequantServiceConfig settings,
            Clock clock,
            @ConfigProperty(name = "ingot.work.grace", defaultValue = "15m") Duration grace) {
        CacheLimits limits =
                new CacheLimits(settings.cache().maxBytes(), settings.cache().maxAge(), grace);
        this.sweep = new CacheSweep(store, limits, clock);
        this.grace = grace;
    }

    void start(@Observes StartupEvent started) {
        long pause = grace.toMillis() / 2;
        var _ = timer.scheduleWithFixedDelay(this::sweep, pause, pause, TimeUnit.MILLISECONDS);
    }

    void stop(@Observes ShutdownEvent stopped) {
        timer.shutdownNow();
    }

    /** Must not throw: the timer would never call again. */
    private void sweep() {
        try {
            sweep.sweep();
        } catch (IOException | RuntimeException failed) {
            LOG.errorf(failed, "caches not swept");
        }
    }
}
