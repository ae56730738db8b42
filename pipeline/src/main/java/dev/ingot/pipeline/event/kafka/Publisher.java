package dev.ingot.pipeline.event.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ingot.pipeline.DependencyFailure;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.EventKind;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;

/** Sends events, each under its run as key. Safe for several threads. */
final class Publisher implements AutoCloseable {
    /** Header of a dead letter: why it is one. */
    static final String REASON = "ingot.reason";

    private static final Logger LOG = Logger.getLogger(Publisher.class);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

    private final Producer<String, byte[]> producer;
    private final KafkaNames names;

    Publisher(Producer<String, byte[]> producer, KafkaNames names) {
        this.producer = producer;
        this.names = names;
    }

    /** Returns when the brokers have it; for progress, which is stale by then, without waiting. */
    void publish(Event event) {
        EventKind kind = EventKind.of(event);
        ProducerRecord<String, byte[]> message =
                new ProducerRecord<>(names.topic(kind), event.run().toString(), Documents.writeEvent(event));
        if (event instanceof Event.RunProgressed) {
            hint(message);
        } else {
            send(message);
        }
    }

    /** Keeps work that nobody shall try again, as it came, with the reason. */
    void deadLetter(EventKind kind, ConsumerRecord<String, byte[]> work, String reason) {
        ProducerRecord<String, byte[]> letter = new ProducerRecord<>(names.deadLetters(kind), work.key(), work.value());
        letter.headers().add(REASON, reason.getBytes(UTF_8));
        letter.headers().add("ingot.topic", work.topic().getBytes(UTF_8));
        letter.headers().add("ingot.offset", String.valueOf(work.offset()).getBytes(UTF_8));
        send(letter);
    }

    private void send(ProducerRecord<String, byte[]> message) {
        try {
            producer.send(message).get();
        } catch (ExecutionException e) {
            throw failure(message, e.getCause());
        } catch (KafkaException e) {
            throw failure(message, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure(message, e);
        }
    }

    private void hint(ProducerRecord<String, byte[]> message) {
        var _ = producer.send(message, (_, failed) -> {
            if (failed != null) {
                LOG.debugf(failed, "progress not sent: run=%s", message.key());
            }
        });
    }

    private static DependencyFailure failure(ProducerRecord<String, byte[]> message, Throwable cause) {
        return new DependencyFailure(
                "event of run " + message.key() + " not sent to " + message.topic() + ": " + cause.getMessage(), cause);
    }

    @Override
    public void close() {
        producer.close(CLOSE_PATIENCE);
    }
}
