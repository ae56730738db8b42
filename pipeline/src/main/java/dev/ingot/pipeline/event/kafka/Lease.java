package dev.ingot.pipeline.event.kafka;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidRecordStateException;
import org.jboss.logging.Logger;

/**
 * The hold that a worker has on one delivered record. Belongs to the thread that owns the consumer.
 *
 * <p>Renewed by RENEW, then commitSync, then a poll of zero length. The commit sends the acknowledgement alone; RENEW followed by an ordinary
 * poll makes the client fetch the next record into a buffer where its lock runs out unseen, until a healthy job is given up as poison.
 */
final class Lease {
    private static final Logger LOG = Logger.getLogger(Lease.class);

    private final ShareConsumer<String, byte[]> consumer;
    private final ConsumerRecord<String, byte[]> record;
    private final Duration patience;
    private State state = State.HELD;

    Lease(ShareConsumer<String, byte[]> consumer, ConsumerRecord<String, byte[]> record, Duration patience) {
        this.consumer = consumer;
        this.record = record;
        this.patience = patience;
    }

    /** What is known of the hold. */
    enum State {
        HELD,
        /** The lock ran out and somebody else has the record: stop. */
        LOST,
        /** The broker did not answer: finish what was begun, and let the store decide who was first. */
        UNKNOWN
    }

    State renew() {
        if (state == State.HELD) {
            state = acknowledge(AcknowledgeType.RENEW);
        }
        if (state == State.HELD) {
            takeBack();
        }
        return state;
    }

    /** Ends the hold. That the broker took it is no proof that the record was ours; the store's marker is. */
    void settle(AcknowledgeType type) {
        if (state != State.LOST) {
            state = acknowledge(type);
        }
        if (state != State.HELD) {
            LOG.warnf(
                    "delivery settled without its lock: run=%s topic=%s offset=%d state=%s",
                    record.key(), record.topic(), record.offset(), state);
        }
    }

    State state() {
        return state;
    }

    private State acknowledge(AcknowledgeType type) {
        try {
            consumer.acknowledge(record, type);
            return consumer.commitSync(patience).values().stream()
                    .flatMap(Optional::stream)
                    .findFirst()
                    .map(this::stateAfter)
                    .orElse(State.HELD);
        } catch (KafkaException failed) {
            return stateAfter(failed);
        } catch (IllegalStateException notAcquired) {
            LOG.debugf(notAcquired, "the client let go of the record: run=%s offset=%d", record.key(), record.offset());
            return State.UNKNOWN;
        }
    }

    private State stateAfter(KafkaException failed) {
        LOG.warnf(
                "hold on a delivery not kept: run=%s topic=%s offset=%d cause=%s",
                record.key(), record.topic(), record.offset(), failed);
        return failed instanceof InvalidRecordStateException ? State.LOST : State.UNKNOWN;
    }

    /** A renewed record comes back from the next poll; a poll of zero length gives it without fetching another. */
    private void takeBack() {
        for (ConsumerRecord<String, byte[]> given : consumer.poll(Duration.ZERO)) {
            if (given.offset() != record.offset() || !Objects.equals(given.topic(), record.topic())) {
                consumer.acknowledge(given, AcknowledgeType.RELEASE);
            }
        }
    }
}
