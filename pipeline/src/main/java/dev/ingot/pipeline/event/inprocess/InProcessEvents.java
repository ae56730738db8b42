package dev.ingot.pipeline.event.inprocess;

import dev.ingot.pipeline.event.DeadLetter;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.EventKind;
import dev.ingot.pipeline.event.EventPort;
import dev.ingot.pipeline.event.RetryDelay;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Events within one process, in memory: work waits in a queue per kind until a worker of that kind takes it. */
public final class InProcessEvents implements EventPort {
    private final Map<EventKind, WorkQueue> queues = new ConcurrentHashMap<>();
    private final List<Workers<?>> workers = new CopyOnWriteArrayList<>();
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final List<DeadLetter> deadLetters = new CopyOnWriteArrayList<>();
    private final Redelivery redelivery;

    public InProcessEvents() {
        this(RetryDelay.DEFAULT);
    }

    public InProcessEvents(RetryDelay retryDelay) {
        this.redelivery = new Redelivery(retryDelay);
    }

    @Override
    public void publish(Event event) {
        switch (event) {
            case Event.Work work -> queue(EventKind.of(work)).add(work);
            case Event.Broadcast broadcast -> listeners.forEach(listener -> listener.take(broadcast));
        }
    }

    @Override
    public <E extends Event.Work> Subscription work(Class<E> type, int count, WorkHandler<E> handler) {
        EventKind kind =
                EventKind.of(type).orElseThrow(() -> new IllegalArgumentException(type + " is no kind of event"));
        Workers<E> started = new Workers<>(kind, type, queue(kind), handler);
        workers.add(started);
        started.start(count);
        return started;
    }

    @Override
    public Subscription listen(Consumer<Event.Broadcast> consumer) {
        Listener listener = new Listener(consumer, listeners::remove);
        listeners.add(listener);
        return listener;
    }

    /** Work that was rejected, in the order in which it was. */
    public List<DeadLetter> deadLetters() {
        return List.copyOf(deadLetters);
    }

    @Override
    public void close() {
        workers.forEach(Workers::close);
        redelivery.close();
        listeners.forEach(Listener::close);
    }

    private WorkQueue queue(EventKind kind) {
        return queues.computeIfAbsent(kind, _ -> new WorkQueue(redelivery, deadLetters::add));
    }
}
