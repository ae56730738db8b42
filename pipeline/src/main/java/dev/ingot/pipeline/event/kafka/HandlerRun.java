package dev.ingot.pipeline.event.kafka;

import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.EventPort.Disposition;
import dev.ingot.pipeline.event.EventPort.WorkHandler;
import dev.ingot.pipeline.event.RetryDelay;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/** A handler at work on one event, on a thread of its own, while the consumer's thread keeps the record. */
final class HandlerRun {
    private static final Logger LOG = Logger.getLogger(HandlerRun.class);

    private final CompletableFuture<Disposition> result = new CompletableFuture<>();
    private final Thread thread;

    private HandlerRun(String name, Work work) {
        this.thread = Thread.ofPlatform().daemon().name(name).unstarted(() -> result.complete(outcome(work)));
    }

    /** What to do, and what to do about its end. */
    private interface Work {
        Disposition get() throws InterruptedException;
    }

    /** Released work stays here until its wait is over, so that nobody gets it before. */
    static <E extends Event.Work> HandlerRun start(
            WorkHandler<E> handler, E event, int delivery, RetryDelay retryDelay, Future<?> closing) {
        HandlerRun run = new HandlerRun(Thread.currentThread().getName() + "-handler", () -> {
            Disposition disposition = handle(handler, event);
            if (disposition == Disposition.RELEASE) {
                await(closing, retryDelay.after(delivery));
            }
            return disposition;
        });
        run.thread.start();
        return run;
    }

    CompletableFuture<Disposition> result() {
        return result;
    }

    /** Tells the handler to stop; its result is then RELEASE unless it finishes after all. */
    void interrupt() {
        thread.interrupt();
    }

    private static Disposition outcome(Work work) {
        try {
            return work.get();
        } catch (InterruptedException stopped) {
            return Disposition.RELEASE;
        }
    }

    private static <E extends Event.Work> Disposition handle(WorkHandler<E> handler, E event)
            throws InterruptedException {
        try {
            return handler.handle(event);
        } catch (RuntimeException | Error failed) {
            LOG.errorf(failed, "work failed, released: run=%s", event.run());
            return Disposition.RELEASE;
        }
    }

    private static void await(Future<?> closing, Duration wait) throws InterruptedException {
        try {
            closing.get(wait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException over) {
            LOG.debugf("released after %s", wait);
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
