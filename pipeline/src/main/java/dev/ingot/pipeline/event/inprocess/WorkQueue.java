package dev.ingot.pipeline.event.inprocess;

import dev.ingot.pipeline.event.DeadLetter;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.EventPort.Disposition;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/** Work of one kind that waits for a worker. */
final class WorkQueue {
    private final BlockingQueue<Delivery> waiting = new LinkedBlockingQueue<>();
    private final Redelivery redelivery;
    private final Consumer<DeadLetter> deadLetters;

    WorkQueue(Redelivery redelivery, Consumer<DeadLetter> deadLetters) {
        this.redelivery = redelivery;
        this.deadLetters = deadLetters;
    }

    /** An event, and how often it has been delivered, this time included. */
    record Delivery(Event.Work event, int number) {
        Delivery again() {
            return new Delivery(event, number + 1);
        }
    }

    void add(Event.Work event) {
        waiting.add(new Delivery(event, 1));
    }

    Delivery take() throws InterruptedException {
        return waiting.take();
    }

    void settle(Delivery delivery, Disposition disposition) {
        switch (disposition) {
            case ACCEPT -> {}
            case RELEASE -> redelivery.schedule(delivery.number(), () -> waiting.add(delivery.again()));
            case REJECT -> deadLetters.accept(new DeadLetter(delivery.event(), "rejected by its handler"));
        }
    }

    /** Gives work back that its worker could not finish. */
    void giveBack(Delivery delivery) {
        waiting.add(delivery.again());
    }
}
