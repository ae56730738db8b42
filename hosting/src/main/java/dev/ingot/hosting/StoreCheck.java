package dev.ingot.hosting;

import dev.ingot.pipeline.store.ObjectStore;
import jakarta.inject.Singleton;
import java.io.IOException;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready when the store, which passed its probe or there would be no process, answers. */
@Readiness
@Singleton
class StoreCheck implements HealthCheck {
    private static final String NAME = "store";

    private final ObjectStore store;

    StoreCheck(ObjectStore store) {
        this.store = store;
    }

    @Override
    public HealthCheckResponse call() {
        try {
            store.list("probe/");
            return HealthCheckResponse.up(NAME);
        } catch (IOException failed) {
            return HealthCheckResponse.named(NAME)
                    .down()
                    .withData("cause", String.valueOf(failed.getMessage()))
                    .build();
        }
    }
}
