package dev.ingot.registry;

import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.memory.MemoryStore;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** What hosting gives the registry in production. */
@ApplicationScoped
class TestPorts {
    @Produces
    @Singleton
    @Alternative
    @Priority(1)
    ObjectStore store() {
        return new MemoryStore();
    }

    @Produces
    @Singleton
    @Alternative
    @Priority(1)
    Clock clock() {
        return Clock.systemUTC();
    }
}
