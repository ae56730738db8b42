package dev.ingot.pipeline.event.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.event.DeadLetter;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.EventKind;
import dev.ingot.pipeline.event.EventPort;
import dev.ingot.pipeline.event.EventPortContract;
import dev.ingot.pipeline.event.kafka.embedded.EmbeddedKafka;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaEventsTest extends EventPortContract {
    private static final Duration LOCK = Duration.ofSeconds(2);

    @TempDir
    private static Path folder;

    private static EmbeddedKafka broker;

    private final String prefix = "t" + UUID.randomUUID().toString().substring(0, 8) + ".";

    @BeforeAll
    static void startBroker() throws IOException {
        broker = EmbeddedKafka.start(
                folder, EmbeddedKafka.freePort(), Map.of("group.share.min.record.lock.duration.ms", "1000"));
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    private KafkaSettings settings(boolean manage) {
        return new KafkaSettings(broker.bootstrapServers(), prefix, LOCK, SOON, manage, Map.of());
    }

    @Override
    protected EventPort connect() {
        return KafkaEvents.connect(settings(true));
    }

    @Override
    protected Duration longerThanTheLock() {
        return LOCK.multipliedBy(3);
    }

    @Override
    protected List<DeadLetter> deadLetters(EventPort port, int count) {
        List<DeadLetter> letters = new ArrayList<>();
        KafkaNames names = new KafkaNames(prefix);
        try (KafkaConsumer<String, byte[]> consumer = new KafkaClients(settings(false)).consumer()) {
            List<TopicPartition> partition = List.of(new TopicPartition(names.deadLetters(EventKind.SHARD_PLANNED), 0));
            consumer.assign(partition);
            consumer.seekToBeginning(partition);
            while (letters.size() < count) {
                consumer.poll(Duration.ofSeconds(1))
                        .forEach(message -> letters.add(new DeadLetter(
                                (Event.Work) Documents.readEvent(message.value(), message.topic()),
                                new String(
                                        message.headers()
                                                .lastHeader(Publisher.REASON)
                                                .value(),
                                        UTF_8))));
            }
        }
        return letters;
    }

    @Test
    void whoMayNotCreateTopicsSaysWhichAreMissing() {
        try (KafkaEvents events = KafkaEvents.connect(settings(false))) {
            assertEquals(new KafkaNames(prefix).all(), events.missingTopics());
        }
        try (KafkaEvents events = KafkaEvents.connect(settings(true))) {
            assertEquals(Set.of(), events.missingTopics());
        }
    }
}
