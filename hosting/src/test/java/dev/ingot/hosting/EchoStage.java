package dev.ingot.hosting;

import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.EventHeader;
import dev.ingot.pipeline.store.RunKeys;
import dev.ingot.pipeline.work.Attempt;
import dev.ingot.pipeline.work.Marker;
import dev.ingot.pipeline.work.ObjectRef;
import dev.ingot.pipeline.work.Outcome;
import dev.ingot.pipeline.work.Stage;
import dev.ingot.pipeline.work.StageResult;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;

/** All that a service has to bring: a stage, here one that answers at once. */
@Singleton
class EchoStage implements Stage<Event.RunRequested> {
    private final Clock clock;

    EchoStage(Clock clock) {
        this.clock = clock;
    }

    @Override
    public Class<Event.RunRequested> takes() {
        return Event.RunRequested.class;
    }

    @Override
    public TaskId task(Event.RunRequested event) {
        return new TaskId(event.run(), StageName.INGEST, 0);
    }

    @Override
    public Outcome run(Event.RunRequested event, Attempt attempt) {
        return new Outcome.Done(new StageResult.Planned(new ObjectRef(new RunKeys(event.run()).plan(), 0, "", 0), 0));
    }

    @Override
    public List<Event> announce(Event.RunRequested event, Marker marker) {
        return List.of(new Event.ModelPublished(EventHeader.now(event.run(), clock), "echo", 1));
    }
}
