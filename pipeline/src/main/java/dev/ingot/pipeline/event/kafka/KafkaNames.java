package dev.ingot.pipeline.event.kafka;

import dev.ingot.pipeline.event.EventKind;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Names of topics and groups. */
record KafkaNames(String prefix) {
    /** The prefix that brokers require of dead-letter topics. */
    private static final String DEAD_LETTERS = "dlq.";

    String topic(EventKind kind) {
        return prefix + kind.id();
    }

    String deadLetters(EventKind kind) {
        return DEAD_LETTERS + topic(kind);
    }

    /** The share group of the stage that takes this work: {@code ingot-merge}. */
    String group(EventKind kind) {
        return prefix + "ingot-" + kind.taker().orElseThrow().id();
    }

    Set<String> all() {
        return Arrays.stream(EventKind.values())
                .flatMap(kind -> kind.isWork() ? Stream.of(topic(kind), deadLetters(kind)) : Stream.of(topic(kind)))
                .collect(Collectors.toUnmodifiableSet());
    }
}
