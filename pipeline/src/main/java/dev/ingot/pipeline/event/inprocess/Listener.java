package dev.ingot.pipeline.event.inprocess;

import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.EventPort.Subscription;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/** One listener with a thread of its own, so that a slow one holds up nobody. */
final class Listener implements Subscription {
    private static final Logger LOG = Logger.getLogger(Listener.class);

    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("events-listener").factory());
    private final Consumer<Event.Broadcast> consumer;
    private final Consumer<Listener> onClose;

    Listener(Consumer<Event.Broadcast> consumer, Consumer<Listener> onClose) {
        this.consumer = consumer;
        this.onClose = onClose;
    }

    void take(Event.Broadcast event) {
        try {
            thread.execute(() -> deliver(event));
        } catch (RejectedExecutionException closed) {
            LOG.debugf("listener is closed: run=%s", event.run());
        }
    }

    private void deliver(Event.Broadcast event) {
        try {
            consumer.accept(event);
        } catch (RuntimeException failed) {
            LOG.errorf(failed, "listener failed: run=%s event=%s", event.run(), event);
        }
    }

    @Override
    public void close() {
        onClose.accept(this);
        thread.shutdown();
    }
}
