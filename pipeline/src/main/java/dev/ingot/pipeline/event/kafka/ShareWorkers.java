package dev.ingot.pipeline.event.kafka;

import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.EventKind;
import dev.ingot.pipeline.event.EventPort.Subscription;
import dev.ingot.pipeline.event.EventPort.WorkHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jboss.logging.Logger;

/** The workers of one subscription, each with a consumer of its own. */
final class ShareWorkers<E extends Event.Work> implements Subscription {
    private static final Logger LOG = Logger.getLogger(ShareWorkers.class);
    private static final Duration END_PATIENCE = Duration.ofSeconds(20);

    private final EventKind kind;
    private final Class<E> type;
    private final WorkHandler<E> handler;
    private final KafkaClients clients;
    private final KafkaNames names;
    private final Publisher publisher;
    private final KafkaSettings settings;
    private final CompletableFuture<Void> closing = new CompletableFuture<>();
    private final List<Thread> threads = new ArrayList<>();

    ShareWorkers(
            EventKind kind,
            Class<E> type,
            WorkHandler<E> handler,
            KafkaClients clients,
            KafkaNames names,
            Publisher publisher,
            KafkaSettings settings) {
        this.kind = kind;
        this.type = type;
        this.handler = handler;
        this.clients = clients;
        this.names = names;
        this.publisher = publisher;
        this.settings = settings;
    }

    synchronized void start(int count) {
        for (int i = 1; i <= count; i++) {
            ShareWorker<E> worker = new ShareWorker<>(
                    kind,
                    type,
                    handler,
                    () -> clients.shareConsumer(names.group(kind)),
                    names.topic(kind),
                    publisher,
                    settings,
                    closing);
            threads.add(Thread.ofPlatform().daemon().name(kind.id() + "-" + i).start(worker));
        }
    }

    @Override
    public synchronized void close() {
        closing.complete(null);
        try {
            for (Thread thread : threads) {
                if (!thread.join(END_PATIENCE)) {
                    LOG.warnf("worker does not end although asked to: thread=%s", thread.getName());
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
