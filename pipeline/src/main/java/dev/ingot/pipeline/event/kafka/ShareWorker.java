package dev.ingot.pipeline.event.kafka;

import dev.ingot.pipeline.DependencyFailure;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.codec.UnreadableDocument;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.EventKind;
import dev.ingot.pipeline.event.EventPort.Disposition;
import dev.ingot.pipeline.event.EventPort.WorkHandler;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;

/**
 * One worker of a share group: takes a record, has it handled on another thread, keeps it by renewing meanwhile, and settles it by how that
 * ended.
 */
final class ShareWorker<E extends Event.Work> implements Runnable {
    private static final Logger LOG = Logger.getLogger(ShareWorker.class);
    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration RECONNECT = Duration.ofSeconds(1);
    /** How long a handler that was told to stop may take before its record is given back over its head. */
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(10);

    private final EventKind kind;
    private final Class<E> type;
    private final WorkHandler<E> handler;
    private final Supplier<KafkaShareConsumer<String, byte[]>> consumers;
    private final String topic;
    private final Publisher publisher;
    private final KafkaSettings settings;
    private final CompletableFuture<Void> closing;

    ShareWorker(
            EventKind kind,
            Class<E> type,
            WorkHandler<E> handler,
            Supplier<KafkaShareConsumer<String, byte[]>> consumers,
            String topic,
            Publisher publisher,
            KafkaSettings settings,
            CompletableFuture<Void> closing) {
        this.kind = kind;
        this.type = type;
        this.handler = handler;
        this.consumers = consumers;
        this.topic = topic;
        this.publisher = publisher;
        this.settings = settings;
        this.closing = closing;
    }

    @Override
    public void run() {
        while (!closing.isDone()) {
            try (KafkaShareConsumer<String, byte[]> consumer = consumers.get()) {
                consumer.subscribe(List.of(topic));
                while (!closing.isDone()) {
                    take(consumer);
                }
            } catch (KafkaException | IllegalStateException failed) {
                LOG.errorf(failed, "work cannot be taken, connecting again: topic=%s", topic);
                isDoneWithin(closing, RECONNECT);
            }
        }
    }

    private void take(KafkaShareConsumer<String, byte[]> consumer) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
            Lease lease = new Lease(consumer, record, settings.renewal());
            try {
                settle(lease, record, handle(lease, record, event(record)));
            } catch (UnreadableDocument unreadable) {
                LOG.errorf("work not understood: %s", unreadable.getMessage());
                reject(lease, record, unreadable.getMessage());
            }
        }
    }

    private E event(ConsumerRecord<String, byte[]> record) {
        String what = "event at offset " + record.offset() + " of " + record.topic();
        return Documents.read(record.value(), type, what);
    }

    private Disposition handle(Lease lease, ConsumerRecord<String, byte[]> record, E event) {
        int delivery = record.deliveryCount().map(Short::intValue).orElse(1);
        HandlerRun run = HandlerRun.start(handler, event, delivery, settings.retryDelay(), closing);
        CompletableFuture<Object> change = CompletableFuture.anyOf(run.result(), closing);
        while (!isDoneWithin(change, settings.renewal())) {
            if (lease.renew() == Lease.State.LOST) {
                LOG.warnf(
                        "delivery lost to another worker, stopping: run=%s topic=%s offset=%d",
                        event.run(), topic, record.offset());
                run.interrupt();
            }
        }
        if (!run.result().isDone()) {
            run.interrupt();
            isDoneWithin(run.result(), STOP_PATIENCE);
        }
        return run.result().getNow(Disposition.RELEASE);
    }

    private void settle(Lease lease, ConsumerRecord<String, byte[]> record, Disposition disposition) {
        switch (disposition) {
            case ACCEPT -> lease.settle(AcknowledgeType.ACCEPT);
            case RELEASE -> lease.settle(AcknowledgeType.RELEASE);
            case REJECT -> reject(lease, record, "rejected by its handler");
        }
    }

    /** The letter first: a crash between the two leaves the work, not a gap. */
    private void reject(Lease lease, ConsumerRecord<String, byte[]> record, String reason) {
        if (lease.state() == Lease.State.LOST) {
            return;
        }
        try {
            publisher.deadLetter(kind, record, reason);
            lease.settle(AcknowledgeType.REJECT);
        } catch (DependencyFailure failed) {
            LOG.errorf(failed, "dead letter not written, released: run=%s", record.key());
            lease.settle(AcknowledgeType.RELEASE);
        }
    }

    private static boolean isDoneWithin(Future<?> future, Duration wait) {
        try {
            future.get(wait.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException notYet) {
            return false;
        } catch (ExecutionException failed) {
            throw new IllegalStateException(failed.getCause());
        } catch (InterruptedException nobodyInterruptsThisThread) {
            throw new IllegalStateException(nobodyInterruptsThisThread);
        }
    }
}
