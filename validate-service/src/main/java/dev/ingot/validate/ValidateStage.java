package dev.ingot.validate;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.Event.CheckpointMerged;
import dev.ingot.pipeline.event.EventHeader;
import dev.ingot.pipeline.report.Verdict;
import dev.ingot.pipeline.store.RunKeys;
import dev.ingot.pipeline.work.Attempt;
import dev.ingot.pipeline.work.Marker;
import dev.ingot.pipeline.work.Outcome;
import dev.ingot.pipeline.work.RunFiles;
import dev.ingot.pipeline.work.Stage;
import dev.ingot.pipeline.work.StageResult;
import java.io.IOException;
import java.time.Clock;
import java.util.List;

/** The work of validate: a merged checkpoint is judged, and published or rejected. */
public final class ValidateStage implements Stage<CheckpointMerged> {
    private final Validate validate;
    private final RunFiles files;
    private final Clock clock;

    public ValidateStage(Validate validate, RunFiles files, Clock clock) {
        this.validate = validate;
        this.files = files;
        this.clock = clock;
    }

    @Override
    public Class<CheckpointMerged> takes() {
        return CheckpointMerged.class;
    }

    @Override
    public TaskId task(CheckpointMerged event) {
        return Validate.task(event.run());
    }

    @Override
    public Outcome run(CheckpointMerged event, Attempt attempt) throws IOException, InterruptedException {
        return validate.validate(event.run(), attempt);
    }

    /** Gives the verdict first: not before the marker, because a run that has one is over and would never get it. */
    @Override
    public List<Event> announce(CheckpointMerged event, Marker marker) throws IOException {
        RunRef run = event.run();
        Verdict verdict = files.createOrRead(new RunKeys(run).result(), published(run, marker), Verdict.class);
        EventHeader header = EventHeader.now(run, clock);
        return switch (verdict) {
            case Verdict.Published published ->
                List.of(new Event.ModelPublished(header, published.model(), published.version()));
            case Verdict.Rejected rejected ->
                List.of(new Event.RunRejected(
                        header, rejected.stage(), rejected.code(), rejected.sentence(), rejected.remedy()));
        };
    }

    private Verdict published(RunRef run, Marker marker) {
        if (marker.result() instanceof StageResult.Validated validated) {
            return new Verdict.Published(run, clock.instant(), validated.model(), validated.version());
        }
        throw new IllegalStateException("marker of validate of run " + run + " holds " + marker.result());
    }
}
