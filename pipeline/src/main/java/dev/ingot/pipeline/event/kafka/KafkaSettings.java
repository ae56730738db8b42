package dev.ingot.pipeline.event.kafka;

import dev.ingot.pipeline.event.RetryDelay;
import java.time.Duration;
import java.util.Map;

/**
 * How to reach a cluster (brokers of 4.2 or later) and how work is locked there.
 *
 * @param bootstrapServers {@code host:port}, comma-separated
 * @param topicPrefix before every topic and group, or empty: several installations can share a cluster
 * @param lock how long a worker holds a delivery without a word; renewed three times as often. Within the broker's
 *     {@code group.share.min.record.lock.duration.ms} and {@code group.share.max.record.lock.duration.ms}
 * @param manage whether to create topics that are missing and to configure the share groups, which takes rights on the cluster
 * @param client further properties of every client: security
 */
public record KafkaSettings(
        String bootstrapServers,
        String topicPrefix,
        Duration lock,
        RetryDelay retryDelay,
        boolean manage,
        Map<String, String> client) {
    /** The longest lock that a broker grants by default. */
    public static final Duration DEFAULT_LOCK = Duration.ofSeconds(60);

    public KafkaSettings {
        client = Map.copyOf(client);
        if (!lock.isPositive()) {
            throw new IllegalArgumentException("lock of " + lock + " is not positive");
        }
    }

    /** As a rule: no prefix, the broker's longest lock, topics created when missing. */
    public static KafkaSettings of(String bootstrapServers) {
        return new KafkaSettings(bootstrapServers, "", DEFAULT_LOCK, RetryDelay.DEFAULT, true, Map.of());
    }

    Duration renewal() {
        return lock.dividedBy(3);
    }
}
