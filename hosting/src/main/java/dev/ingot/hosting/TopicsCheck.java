package dev.ingot.hosting;

import dev.ingot.pipeline.DependencyFailure;
import dev.ingot.pipeline.event.EventPort;
import dev.ingot.pipeline.event.kafka.KafkaEvents;
import jakarta.inject.Singleton;
import java.util.Set;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Ready when every topic is there. */
@Readiness
@Singleton
class TopicsCheck implements HealthCheck {
    private final EventPort events;

    TopicsCheck(EventPort events) {
        this.events = events;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("topics");
        if (!(events instanceof KafkaEvents kafka)) {
            return answer.up().build();
        }
        try {
            Set<String> missing = kafka.missingTopics();
            return missing.isEmpty()
                    ? answer.up().build()
                    : answer.down()
                            .withData("missing", String.join(", ", missing))
                            .build();
        } catch (DependencyFailure failed) {
            return answer.down()
                    .withData("cause", String.valueOf(failed.getMessage()))
                    .build();
        }
    }
}
