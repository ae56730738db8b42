package dev.ingot.pipeline.work;

import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.EventPort;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Keeps what is published, delivers nothing. */
final class RecordedEvents implements EventPort {
    final List<Event> published = new ArrayList<>();

    <E extends Event> List<E> of(Class<E> kind) {
        return published.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    @Override
    public synchronized void publish(Event event) {
        published.add(event);
    }

    @Override
    public <E extends Event.Work> Subscription work(Class<E> kind, int workers, WorkHandler<E> handler) {
        throw new UnsupportedOperationException("delivers nothing");
    }

    @Override
    public Subscription listen(Consumer<Event.Broadcast> listener) {
        throw new UnsupportedOperationException("delivers nothing");
    }

    @Override
    public void close() {}
}
