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
import java.time.Clock;
import java.time.Duration;

/** Sweeps where ingest runs. */
@Singleton
class SweepTimer {
    private final SweepingThread thread = new SweepingThread("sweeper");
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
            thread.start(grace, sweeper::sweep);
        }
    }

    void stop(@Observes ShutdownEvent stopped) {
        thread.close();
    }
}
