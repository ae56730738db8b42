package dev.ingot.pipeline.work;

import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.EventHeader;
import dev.ingot.pipeline.event.EventPort;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Publishes how far a task got, at most five times a second, and its last word always. */
final class TaskProgress implements Progress, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(TaskProgress.class);
    private static final Duration PACE = Duration.ofMillis(200);

    private final TaskId task;
    private final EventPort events;
    private final Clock clock;
    private Instant next = Instant.MIN;
    private Event.@Nullable RunProgressed unsent;

    TaskProgress(TaskId task, EventPort events, Clock clock) {
        this.task = task;
        this.events = events;
        this.clock = clock;
    }

    @Override
    public synchronized void at(long done, long total, String unit, String note) {
        EventHeader header = EventHeader.now(task.run(), clock);
        unsent = new Event.RunProgressed(header, task.stage(), task.shard(), done, total, unit, note);
        if (!header.at().isBefore(next)) {
            next = header.at().plus(PACE);
            send();
        }
    }

    @Override
    public synchronized void close() {
        send();
    }

    private void send() {
        if (unsent == null) {
            return;
        }
        try {
            events.publish(unsent);
        } catch (RuntimeException failed) {
            // A task is not worth less because nobody heard how far it was.
            LOG.debugf(failed, "progress not published: run=%s task=%s", task.run(), task.id());
        }
        unsent = null;
    }
}
