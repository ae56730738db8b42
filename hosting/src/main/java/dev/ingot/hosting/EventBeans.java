package dev.ingot.hosting;

import dev.ingot.pipeline.event.EventPort;
import dev.ingot.pipeline.event.RetryDelay;
import dev.ingot.pipeline.event.inprocess.InProcessEvents;
import dev.ingot.pipeline.event.kafka.KafkaEvents;
import dev.ingot.pipeline.event.kafka.KafkaSettings;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.Config;

/** The event port, as configured. */
@Singleton
class EventBeans {
    private static final String KAFKA = "kafka.";
    private static final String BOOTSTRAP = "kafka.bootstrap.servers";
    private static final Pattern SECURITY = Pattern.compile("kafka\\.(security|sasl|ssl)\\..*");

    @Produces
    @Singleton
    EventPort events(EventsConfig events, Config config) {
        return switch (events.kind()) {
            case KAFKA -> KafkaEvents.connect(settings(events, config));
            case IN_PROCESS -> new InProcessEvents();
        };
    }

    void close(@Disposes EventPort events) {
        events.close();
    }

    private static KafkaSettings settings(EventsConfig events, Config config) {
        Map<String, String> client = new TreeMap<>();
        for (String name : config.getPropertyNames()) {
            if (SECURITY.matcher(name).matches()) {
                client.put(name.substring(KAFKA.length()), config.getValue(name, String.class));
            }
        }
        return new KafkaSettings(
                config.getValue(BOOTSTRAP, String.class),
                events.topicPrefix().orElse(""),
                events.lock(),
                RetryDelay.DEFAULT,
                events.manage(),
                client);
    }
}
