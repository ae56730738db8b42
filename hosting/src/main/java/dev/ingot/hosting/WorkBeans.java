package dev.ingot.hosting;

import dev.ingot.pipeline.work.Worker;
import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Who works here, and by which clock. */
@Singleton
class WorkBeans {
    @Produces
    @Singleton
    Worker worker(WorkConfig config, @ConfigProperty(name = "quarkus.application.version") String version) {
        return new Worker(config.worker().orElseGet(WorkBeans::host), version);
    }

    @Produces
    @Singleton
    @DefaultBean
    Clock clock() {
        return Clock.systemUTC();
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException nameless) {
            return "localhost";
        }
    }
}
