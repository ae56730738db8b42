package dev.ingot.pipeline.event.kafka;

import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.codec.UnreadableDocument;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.EventKind;
import dev.ingot.pipeline.event.EventPort.Subscription;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/** Reads the broadcast topics from now on, for one listener. */
final class BroadcastListener implements Subscription {
    private static final Logger LOG = Logger.getLogger(BroadcastListener.class);
    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration END_PATIENCE = Duration.ofSeconds(10);

    private final KafkaConsumer<String, byte[]> consumer;
    private final Consumer<Event.Broadcast> listener;
    private final Thread thread;
    private volatile boolean closed;

    private BroadcastListener(KafkaConsumer<String, byte[]> consumer, Consumer<Event.Broadcast> listener) {
        this.consumer = consumer;
        this.listener = listener;
        this.thread = Thread.ofPlatform().daemon().name("events-listener").unstarted(this::loop);
    }

    /** Stands at the end of every topic when it returns. */
    static BroadcastListener start(
            KafkaConsumer<String, byte[]> consumer, KafkaNames names, Consumer<Event.Broadcast> listener) {
        List<TopicPartition> partitions = Arrays.stream(EventKind.values())
                .filter(kind -> !kind.isWork())
                .flatMap(kind -> consumer.partitionsFor(names.topic(kind)).stream())
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        partitions.forEach(consumer::position);
        BroadcastListener started = new BroadcastListener(consumer, listener);
        started.thread.start();
        return started;
    }

    private void loop() {
        try (consumer) {
            while (!closed) {
                poll();
            }
        }
    }

    private void poll() {
        try {
            consumer.poll(POLL).forEach(this::deliver);
        } catch (KafkaException failed) {
            LOG.errorf(failed, "broadcasts cannot be read, reading on");
        }
    }

    private void deliver(ConsumerRecord<String, byte[]> message) {
        try {
            String what = "event at offset " + message.offset() + " of " + message.topic();
            if (Documents.readEvent(message.value(), what) instanceof Event.Broadcast broadcast) {
                listener.accept(broadcast);
            } else {
                LOG.errorf("work on a broadcast topic: %s", what);
            }
        } catch (UnreadableDocument unreadable) {
            LOG.errorf("event not understood: %s", unreadable.getMessage());
        } catch (RuntimeException failed) {
            LOG.errorf(failed, "listener failed: run=%s", message.key());
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            if (thread != Thread.currentThread() && !thread.join(END_PATIENCE)) {
                LOG.warnf("listener does not end: thread=%s", thread.getName());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
