package dev.ingot.pipeline.event.kafka;

import dev.ingot.pipeline.StageName;
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
        return prefix + "ingot-" + consumer(kind).id();
    }

    Set<String> all() {
        return Arrays.stream(EventKind.values())
                .flatMap(kind -> kind.isWork() ? Stream.of(topic(kind), deadLetters(kind)) : Stream.of(topic(kind)))
                .collect(Collectors.toUnmodifiableSet());
    }

    private static StageName consumer(EventKind kind) {
        return switch (kind) {
            case RUN_REQUESTED -> StageName.INGEST;
            case SHARD_PLANNED -> StageName.DEQUANT;
            case SHARD_DEQUANTIZED -> StageName.MERGE;
            case CHECKPOINT_MERGED -> StageName.VALIDATE;
            case RUN_PROGRESS, MODEL_PUBLISHED, RUN_REJECTED ->
                throw new IllegalArgumentException(kind + " is no work");
        };
    }
}
