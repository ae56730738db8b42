package dev.ingot.pipeline.event.kafka;

import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.EventKind;
import dev.ingot.pipeline.event.EventPort;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Events over Kafka. Work goes through one share group per stage, so that any number of workers shares a queue and a dead worker's work is
 * soon with another; broadcasts go to every listener. Brokers of 4.2 or later.
 */
public final class KafkaEvents implements EventPort {
    private final KafkaSettings settings;
    private final KafkaNames names;
    private final KafkaClients clients;
    private final KafkaCluster cluster;
    private final Publisher publisher;
    private final List<Subscription> subscriptions = new CopyOnWriteArrayList<>();

    private KafkaEvents(KafkaSettings settings) {
        this.settings = settings;
        this.names = new KafkaNames(settings.topicPrefix());
        this.clients = new KafkaClients(settings);
        this.cluster = new KafkaCluster(clients.admin(), names, settings);
        this.publisher = new Publisher(clients.producer(), names);
    }

    /** Connects, and creates what topics are missing if it may. Throws DependencyFailure when the cluster does not answer. */
    public static KafkaEvents connect(KafkaSettings settings) {
        KafkaEvents events = new KafkaEvents(settings);
        try {
            if (settings.manage()) {
                events.cluster.createMissingTopics();
            }
            return events;
        } catch (RuntimeException failed) {
            events.close();
            throw failed;
        }
    }

    @Override
    public void publish(Event event) {
        publisher.publish(event);
    }

    @Override
    public <E extends Event.Work> Subscription work(Class<E> type, int workers, WorkHandler<E> handler) {
        EventKind kind =
                EventKind.of(type).orElseThrow(() -> new IllegalArgumentException(type + " is no kind of event"));
        if (settings.manage()) {
            cluster.configureGroup(kind);
        }
        ShareWorkers<E> started = new ShareWorkers<>(kind, type, handler, clients, names, publisher, settings);
        subscriptions.add(started);
        started.start(workers);
        return started;
    }

    @Override
    public Subscription listen(Consumer<Event.Broadcast> listener) {
        Subscription started = BroadcastListener.start(clients.consumer(), names, listener);
        subscriptions.add(started);
        return started;
    }

    /** Topics that Ingot needs and the cluster lacks; empty when all is well. Throws DependencyFailure when nobody answers. */
    public Set<String> missingTopics() {
        return cluster.missingTopics();
    }

    @Override
    public void close() {
        subscriptions.forEach(Subscription::close);
        publisher.close();
        cluster.close();
    }
}
