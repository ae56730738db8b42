package dev.ingot.pipeline.work;

import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.event.Event;
import java.io.IOException;
import java.util.List;

/**
 * One stage of a run as the work loop sees it.
 *
 * @param <E> the kind of work that it takes
 */
public interface Stage<E extends Event.Work> {
    /** The kind of event that is this stage's work. */
    Class<E> takes();

    /** The task that an event asks for; the same event always names the same task. */
    TaskId task(E event);

    /**
     * Does the task, writing data only under the attempt. IOException means retry later, RefusedInput means reject; both may be thrown.
     */
    Outcome run(E event, Attempt attempt) throws IOException, InterruptedException;

    /**
     * What to publish now that the marker exists; called again whenever the event comes again, so it looks at the store and not at memory.
     */
    List<Event> announce(E event, Marker marker) throws IOException;
}
