package dev.ingot.standalone.local;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.work.Attempt;
import dev.ingot.pipeline.work.Marker;
import dev.ingot.pipeline.work.Outcome;
import dev.ingot.pipeline.work.Stage;
import java.io.IOException;
import java.util.List;

/**
 * A stage whose end is seen. In services a failed task is tried again by somebody; here nobody would, so the first failure ends the run.
 */
record WatchedStage<E extends Event.Work>(Stage<E> stage, Watcher watcher) implements Stage<E> {
    /** Sees how tasks end, on the thread that did them. */
    interface Watcher {
        void started(TaskId task);

        /** Before the task's marker is written; what is thrown here fails the task. */
        void done(TaskId task, Outcome.Done outcome) throws IOException;

        void failed(Exception failure);
    }

    @Override
    public Class<E> takes() {
        return stage.takes();
    }

    @Override
    public TaskId task(E event) {
        return stage.task(event);
    }

    @Override
    public Outcome run(E event, Attempt attempt) throws IOException, InterruptedException {
        try {
            watcher.started(attempt.task());
            Outcome outcome = stage.run(event, attempt);
            switch (outcome) {
                case Outcome.Done done -> watcher.done(attempt.task(), done);
                case Outcome.Rejected _ -> {}
                case Outcome.RetryLater later -> watcher.failed(new IOException(later.reason()));
            }
            return outcome;
        } catch (RefusedInput refused) {
            throw refused;
        } catch (IOException | RuntimeException failed) {
            watcher.failed(failed);
            throw failed;
        }
    }

    @Override
    public List<Event> announce(E event, Marker marker) throws IOException {
        try {
            return stage.announce(event, marker);
        } catch (IOException | RuntimeException failed) {
            watcher.failed(failed);
            throw failed;
        }
    }
}
