package dev.ingot.pipeline.event.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.Event.ShardPlanned;
import dev.ingot.pipeline.event.EventHeader;
import dev.ingot.pipeline.event.EventKind;
import dev.ingot.pipeline.event.EventPort.Disposition;
import dev.ingot.pipeline.event.kafka.embedded.EmbeddedKafka;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Brokers that go and come back, and messages that are not ours. */
@Timeout(120)
class KafkaRecoveryTest {
    private static final int PATIENCE = 60;

    @TempDir
    private Path folder;

    private final BlockingQueue<Integer> handled = new LinkedBlockingQueue<>();

    @Test
    void workOutlivesItsBroker() throws Exception {
        try (EmbeddedKafka broker = EmbeddedKafka.start(folder);
                KafkaEvents events = connect(broker)) {
            publish(events, 1);
        }
        try (EmbeddedKafka again = EmbeddedKafka.start(folder);
                KafkaEvents events = connect(again)) {
            events.work(ShardPlanned.class, 1, this::accept);

            assertEquals(1, handled.poll(PATIENCE, SECONDS));
        }
    }

    @Test
    void aWorkerOutlivesItsBroker() throws Exception {
        EmbeddedKafka broker = start(EmbeddedKafka.freePort());
        CountDownLatch restarted = new CountDownLatch(1);
        try (KafkaEvents events = connect(broker)) {
            events.work(ShardPlanned.class, 1, event -> {
                handled.add(event.shard());
                restarted.await();
                return Disposition.ACCEPT;
            });
            publish(events, 1);
            assertEquals(1, handled.poll(PATIENCE, SECONDS));

            broker.close();
            broker = start(broker.port());
            restarted.countDown();
            publish(events, 2);

            // The first comes again where the broker forgot who had it; the second comes in any case.
            assertTrue(Stream.generate(this::next).limit(3).anyMatch(shard -> shard == 2));
        } finally {
            broker.close();
        }
    }

    @Test
    void whatIsNoEventBecomesADeadLetterWithItsReason() throws Exception {
        try (EmbeddedKafka broker = EmbeddedKafka.start(folder);
                KafkaEvents events = connect(broker)) {
            KafkaClients clients = new KafkaClients(KafkaSettings.of(broker.bootstrapServers()));
            try (KafkaProducer<String, byte[]> stranger = clients.producer()) {
                stranger.send(new ProducerRecord<>(
                                "shard.planned", "a/b", "{\"kind\":\"shard.melted\"}".getBytes(UTF_8)))
                        .get();
            }
            publish(events, 1);
            events.work(ShardPlanned.class, 1, this::accept);

            assertEquals(1, handled.poll(PATIENCE, SECONDS));
            ConsumerRecord<String, byte[]> letter = firstDeadLetter(clients);
            assertEquals("a/b", letter.key());
            assertTrue(new String(letter.headers().lastHeader(Publisher.REASON).value(), UTF_8)
                    .contains("unknown kind 'shard.melted'"));
        }
    }

    private ConsumerRecord<String, byte[]> firstDeadLetter(KafkaClients clients) {
        TopicPartition letters = new TopicPartition(new KafkaNames("").deadLetters(EventKind.SHARD_PLANNED), 0);
        try (KafkaConsumer<String, byte[]> consumer = clients.consumer()) {
            consumer.assign(List.of(letters));
            consumer.seekToBeginning(List.of(letters));
            return Stream.generate(() -> consumer.poll(Duration.ofSeconds(1)))
                    .filter(records -> !records.isEmpty())
                    .findFirst()
                    .orElseThrow()
                    .iterator()
                    .next();
        }
    }

    private EmbeddedKafka start(int port) throws IOException {
        return EmbeddedKafka.start(folder, port, Map.of("group.share.min.record.lock.duration.ms", "1000"));
    }

    private static KafkaEvents connect(EmbeddedKafka broker) {
        return KafkaEvents.connect(KafkaSettings.of(broker.bootstrapServers()));
    }

    private Disposition accept(ShardPlanned event) {
        handled.add(event.shard());
        return Disposition.ACCEPT;
    }

    private Integer next() {
        try {
            return handled.poll(PATIENCE, SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void publish(KafkaEvents events, int shard) {
        Event event = new ShardPlanned(EventHeader.now(new RunRef("support", "run-7"), Clock.systemUTC()), shard);
        events.publish(event);
    }
}
