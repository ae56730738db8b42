package dev.ingot.ingest;

import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.Event.RunRequested;
import dev.ingot.pipeline.event.Event.ShardDequantized;
import dev.ingot.pipeline.event.Event.ShardPlanned;
import dev.ingot.pipeline.event.EventHeader;
import dev.ingot.pipeline.plan.OutputShard;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.work.Attempt;
import dev.ingot.pipeline.work.Marker;
import dev.ingot.pipeline.work.Outcome;
import dev.ingot.pipeline.work.RunFiles;
import dev.ingot.pipeline.work.Stage;
import java.io.IOException;
import java.time.Clock;
import java.util.List;

/** The work of ingest: a requested run becomes a plan, and the plan one event per shard. */
public final class IngestStage implements Stage<RunRequested> {
    private final Ingest ingest;
    private final RunFiles files;
    private final boolean fused;
    private final Clock clock;

    /** @param fused whether merge dequantizes by itself, so that no shard goes through dequant */
    public IngestStage(Ingest ingest, RunFiles files, boolean fused, Clock clock) {
        this.ingest = ingest;
        this.files = files;
        this.fused = fused;
        this.clock = clock;
    }

    @Override
    public Class<RunRequested> takes() {
        return RunRequested.class;
    }

    @Override
    public TaskId task(RunRequested event) {
        return new TaskId(event.run(), StageName.INGEST, 0);
    }

    @Override
    public Outcome run(RunRequested event, Attempt attempt) throws IOException {
        return new Outcome.Done(ingest.ingest(event.run()));
    }

    @Override
    public List<Event> announce(RunRequested event, Marker marker) throws IOException {
        List<Plan> plans = files.plans(event.run());
        if (plans.isEmpty()) {
            throw new IOException("the plan of run " + event.run() + " is not in the store");
        }
        return plans.stream()
                .flatMap(plan -> plan.shards().stream().map(shard -> next(plan, shard)))
                .toList();
    }

    private Event next(Plan plan, OutputShard shard) {
        EventHeader header = EventHeader.now(plan.run(), clock);
        return shard.hasQuantized() && !fused
                ? new ShardPlanned(header, shard.number())
                : new ShardDequantized(header, shard.number());
    }
}
