package dev.ingot.hosting;

import dev.ingot.pipeline.source.hub.HubAddress;
import dev.ingot.pipeline.source.hub.HubCache;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.work.RunningDownloads;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** Keeps what this process downloaded from the hub within limits, where the hub may be read at all. */
@Singleton
class HubCacheTimer {
    private static final Duration EVERY = Duration.ofHours(1);

    private final SweepingThread thread = new SweepingThread("hub-cache");
    private final ObjectStore store;
    private final HubConfig hub;
    private final SourcesConfig sources;
    private final Clock clock;

    HubCacheTimer(ObjectStore store, HubConfig hub, SourcesConfig sources, Clock clock) {
        this.store = store;
        this.hub = hub;
        this.sources = sources;
        this.clock = clock;
    }

    void start(@Observes StartupEvent started) {
        boolean reads = sources.allowed().stream().flatMap(List::stream).anyMatch(HubAddress::isOne);
        if (reads) {
            thread.start(EVERY, this::sweep);
        }
    }

    void sweep() throws IOException {
        var _ = new HubCache(hub.access().cache(), clock).sweep(hub.cacheLimits(), RunningDownloads.names(store));
    }

    void stop(@Observes ShutdownEvent stopped) {
        thread.close();
    }
}
