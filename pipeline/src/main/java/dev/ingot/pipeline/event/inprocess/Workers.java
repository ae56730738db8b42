package dev.ingot.pipeline.event.inprocess;

import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.EventKind;
import dev.ingot.pipeline.event.EventPort.Disposition;
import dev.ingot.pipeline.event.EventPort.Subscription;
import dev.ingot.pipeline.event.EventPort.WorkHandler;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jboss.logging.Logger;

/** The threads that take work of one kind, each one event at a time. */
final class Workers<E extends Event.Work> implements Subscription {
    private static final Logger LOG = Logger.getLogger(Workers.class);
    private static final Duration END_PATIENCE = Duration.ofSeconds(10);

    private final EventKind kind;
    private final Class<E> type;
    private final WorkQueue queue;
    private final WorkHandler<E> handler;
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private volatile boolean closed;

    Workers(EventKind kind, Class<E> type, WorkQueue queue, WorkHandler<E> handler) {
        this.kind = kind;
        this.type = type;
        this.queue = queue;
        this.handler = handler;
    }

    void start(int count) {
        for (int i = 1; i <= count; i++) {
            threads.add(Thread.ofPlatform().daemon().name(kind.id() + "-" + i).start(this::loop));
        }
    }

    private void loop() {
        try {
            while (!closed) {
                deliver(queue.take());
            }
        } catch (InterruptedException _) {
            // Closed; what was being worked on is back in the queue.
        }
    }

    private void deliver(WorkQueue.Delivery delivery) throws InterruptedException {
        try {
            queue.settle(delivery, handle(type.cast(delivery.event())));
        } catch (InterruptedException interrupted) {
            queue.giveBack(delivery);
            throw interrupted;
        }
    }

    private Disposition handle(E event) throws InterruptedException {
        try {
            return handler.handle(event);
        } catch (RuntimeException | Error failed) {
            LOG.errorf(failed, "work failed, released: run=%s kind=%s", event.run(), kind.id());
            return Disposition.RELEASE;
        }
    }

    @Override
    public void close() {
        closed = true;
        threads.forEach(Thread::interrupt);
        try {
            for (Thread thread : threads) {
                if (thread != Thread.currentThread() && !thread.join(END_PATIENCE)) {
                    LOG.warnf("worker does not end although interrupted: thread=%s", thread.getName());
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
