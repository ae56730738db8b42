package dev.ingot.registry.messaging;

import dev.ingot.pipeline.event.kafka.embedded.EmbeddedKafka;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Map;

/** A real Kafka broker for the registry's channels. */
public class RealBroker implements QuarkusTestResourceLifecycleManager {
    private EmbeddedKafka broker;

    @Override
    public Map<String, String> start() {
        try {
            broker = EmbeddedKafka.start(Files.createTempDirectory("registry-kafka"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Map.of(
                "kafka.bootstrap.servers", broker.bootstrapServers(),
                "ingot.events", "kafka",
                "ingot.events.topic-prefix", "test-");
    }

    @Override
    public void stop() {
        broker.close();
    }
}
