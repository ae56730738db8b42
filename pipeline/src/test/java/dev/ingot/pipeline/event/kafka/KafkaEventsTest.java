package dev.ingot.pipeline.event.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.event.DeadLetter;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.Event.ShardPlanned;
import dev.ingot.pipeline.event.EventHeader;
import dev.ingot.pipeline.event.EventKind;
import dev.ingot.pipeline.event.EventPort;
import dev.ingot.pipeline.event.EventPort.Disposition;
import dev.ingot.pipeline.event.EventPortContract;
import dev.ingot.pipeline.event.kafka.embedded.EmbeddedKafka;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
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

    /** The group's lock is shorter than this worker believes, as if the worker had been stopped for a while. */
    @Test
    void aWorkerWhoseLockRanOutIsStopped() throws Exception {
        CompletableFuture<Boolean> stopped = new CompletableFuture<>();
        CompletableFuture<Integer> taken = new CompletableFuture<>();
        try (KafkaEvents owner = KafkaEvents.connect(settings(true));
                KafkaEvents late = KafkaEvents.connect(new KafkaSettings(
                        broker.bootstrapServers(), prefix, LOCK.multipliedBy(9), SOON, false, Map.of()))) {
            CountDownLatch never = new CountDownLatch(1);
            CountDownLatch begun = new CountDownLatch(1);
            owner.publish(new ShardPlanned(EventHeader.now(new RunRef("support", "run-7"), Clock.systemUTC()), 1));
            // Configures the group; takes nothing.
            owner.work(ShardPlanned.class, 0, _ -> Disposition.ACCEPT);
            late.work(ShardPlanned.class, 1, _ -> {
                begun.countDown();
                try {
                    never.await();
                    return Disposition.ACCEPT;
                } catch (InterruptedException interrupted) {
                    stopped.complete(true);
                    throw interrupted;
                }
            });
            begun.await();
            owner.work(ShardPlanned.class, 1, event -> {
                taken.complete(event.shard());
                // Once it is accepted, the broker answers the late worker's renewal as if all were well.
                await(stopped);
                return Disposition.ACCEPT;
            });

            assertEquals(1, taken.get(60, SECONDS));
            assertTrue(stopped.get(60, SECONDS));
        }
    }

    private static void await(CompletableFuture<?> future) throws InterruptedException {
        try {
            future.get(60, SECONDS);
        } catch (ExecutionException | TimeoutException notStopped) {
            throw new IllegalStateException(notStopped);
        }
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
