package dev.ingot.pipeline.work;

import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.EventHeader;
import dev.ingot.pipeline.event.EventPort;
import dev.ingot.pipeline.report.Verdict;
import dev.ingot.pipeline.store.RunKeys;
import java.io.IOException;
import java.time.Clock;

/** Ends runs that cannot go on. The first verdict stands, and that one is announced. */
final class Verdicts {
    private final RunFiles files;
    private final EventPort events;
    private final Clock clock;

    Verdicts(RunFiles files, EventPort events, Clock clock) {
        this.files = files;
        this.events = events;
        this.clock = clock;
    }

    void reject(TaskId task, Outcome.Rejected why) throws IOException {
        Verdict mine = new Verdict.Rejected(
                task.run(), clock.instant(), task.stage(), why.code(), why.sentence(), why.remedy());
        announce(files.createOrRead(new RunKeys(task.run()).result(), mine, Verdict.class));
    }

    /** Says how a run ended; again whenever somebody asks for work on it, since whoever wrote the verdict may have died before this. */
    void announce(Verdict verdict) {
        EventHeader header = EventHeader.now(verdict.run(), clock);
        events.publish(
                switch (verdict) {
                    case Verdict.Published published ->
                        new Event.ModelPublished(header, published.model(), published.version());
                    case Verdict.Rejected rejected ->
                        new Event.RunRejected(
                                header, rejected.stage(), rejected.code(), rejected.sentence(), rejected.remedy());
                });
    }
}
