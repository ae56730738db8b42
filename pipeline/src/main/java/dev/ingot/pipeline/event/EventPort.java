package dev.ingot.pipeline.event;

import java.util.function.Consumer;

/** Carries events between stages. Delivery is at least once: correctness comes from the store, never from here. */
public interface EventPort extends AutoCloseable {
    /** Returns once the event is with the broker (or queued in process). Throws DependencyFailure when it could not be handed over. */
    void publish(Event event);

    /** Starts taking work of one kind, one event at a time per worker, until the subscription is closed. */
    <E extends Event.Work> Subscription work(Class<E> kind, int workers, WorkHandler<E> handler);

    /** Delivers every broadcast from now on. */
    Subscription listen(Consumer<Event.Broadcast> listener);

    @Override
    void close();

    /** Ends deliveries; work that is running is given back. */
    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    /** Does one piece of work; how it ended decides what becomes of the event. Interrupted when the delivery was lost to another worker. */
    interface WorkHandler<E extends Event.Work> {
        Disposition handle(E event) throws InterruptedException;
    }

    /** What becomes of a delivered event. */
    enum Disposition {
        /** Done, or known to be done: never deliver again. */
        ACCEPT,
        /** Not now: deliver again, to anyone. */
        RELEASE,
        /** Never: keep it with the dead letters. */
        REJECT
    }
}
