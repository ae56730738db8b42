package dev.ingot.pipeline.event.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidRecordStateException;
import org.apache.kafka.common.errors.NetworkException;
import org.junit.jupiter.api.Test;

class LeaseTest {
    private final ConsumerRecord<String, byte[]> record =
            new ConsumerRecord<>("shard.planned", 0, 7, "a/b", new byte[0]);
    private final Scripted consumer = new Scripted();
    private final Lease lease = new Lease(consumer, record, Duration.ofSeconds(1));

    /** Writes down what is called and answers each commit as it is told. */
    private static final class Scripted extends MockShareConsumer<String, byte[]> {
        final List<String> calls = new ArrayList<>();
        Optional<KafkaException> answer = Optional.empty();

        @Override
        public void acknowledge(ConsumerRecord<String, byte[]> record, AcknowledgeType type) {
            calls.add(type.name());
        }

        @Override
        public Map<TopicIdPartition, Optional<KafkaException>> commitSync(Duration timeout) {
            calls.add("commit");
            return Map.of(new TopicIdPartition(Uuid.ZERO_UUID, 0, "shard.planned"), answer);
        }

        @Override
        public ConsumerRecords<String, byte[]> poll(Duration timeout) {
            calls.add("poll " + timeout);
            return ConsumerRecords.empty();
        }
    }

    @Test
    void aRenewalIsCommittedBeforeThePoll() {
        assertEquals(Lease.State.HELD, lease.renew());
        assertEquals(List.of("RENEW", "commit", "poll PT0S"), consumer.calls);
    }

    @Test
    void aRecordThatAnotherHasIsLeftAlone() {
        consumer.answer = Optional.of(new InvalidRecordStateException("Member is not the owner of batch record"));

        assertEquals(Lease.State.LOST, lease.renew());
        lease.renew();
        lease.settle(AcknowledgeType.ACCEPT);

        assertEquals(List.of("RENEW", "commit"), consumer.calls);
    }

    @Test
    void aBrokerThatDoesNotAnswerIsNotAskedAgainUntilTheEnd() {
        consumer.answer = Optional.of(new NetworkException("disconnected"));

        assertEquals(Lease.State.UNKNOWN, lease.renew());
        assertEquals(Lease.State.UNKNOWN, lease.renew());
        lease.settle(AcknowledgeType.ACCEPT);

        assertEquals(List.of("RENEW", "commit", "ACCEPT", "commit"), consumer.calls);
    }
}
