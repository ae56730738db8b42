package dev.ingot.pipeline.event.inprocess;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingot.pipeline.event.DeadLetter;
import dev.ingot.pipeline.event.EventPort;
import dev.ingot.pipeline.event.EventPortContract;
import java.time.Duration;
import java.util.List;

class InProcessEventsTest extends EventPortContract {
    private final InProcessEvents events = new InProcessEvents(SOON);

    @Override
    protected EventPort connect() {
        return events;
    }

    @Override
    protected List<DeadLetter> deadLetters(EventPort port, int count) {
        assertEquals(count, events.deadLetters().size());
        return events.deadLetters();
    }

    @Override
    protected Duration longerThanTheLock() {
        return Duration.ofMillis(100);
    }
}
