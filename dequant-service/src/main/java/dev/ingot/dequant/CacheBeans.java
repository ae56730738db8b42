package dev.ingot.dequant;

import dev.ingot.hosting.SweepingThread;
import dev.ingot.hosting.WorkConfig;
import dev.ingot.pipeline.store.ObjectStore;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;

/** Sweeps the caches where dequant runs. */
@Singleton
class CacheBeans {
    private final SweepingThread thread = new SweepingThread("cache-sweeper");
    private final CacheSweep sweep;
    private final Duration grace;

    CacheBeans(ObjectStore store, DequantServiceConfig settings, Clock clock, WorkConfig work) {
        this.grace = work.grace();
        CacheLimits limits =
                new CacheLimits(settings.cache().maxBytes(), settings.cache().maxAge(), grace);
        this.sweep = new CacheSweep(store, limits, clock);
    }

    void start(@Observes StartupEvent started) {
        thread.start(grace, sweep::sweep);
    }

    void stop(@Observes ShutdownEvent stopped) {
        thread.close();
    }
}
