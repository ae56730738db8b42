package dev.ingot.pipeline.work;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.EventHeader;
import dev.ingot.pipeline.plan.OutputShard;
import dev.ingot.pipeline.plan.Plan;
import java.time.Clock;
import java.util.List;
import java.util.Set;

/** Which events would carry an open run on, by what stands in the store. */
final class MissingEvents {
    private final RunRef run;
    private final Set<String> done;
    private final Clock clock;

    MissingEvents(RunRef run, Set<String> done, Clock clock) {
        this.run = run;
        this.done = done;
        this.clock = clock;
    }

    /**
     * Never empty.
     *
     * @param plans none when there is none yet
     */
    List<Event> of(List<Plan> plans) {
        if (plans.isEmpty() || !isDone(StageName.INGEST, 0)) {
            return List.of(new Event.RunRequested(header()));
        }
        List<Event> unmerged = plans.stream()
                .flatMap(plan -> plan.shards().stream())
                .filter(shard -> !isDone(StageName.MERGE, shard.number()))
                .map(this::next)
                .toList();
        return unmerged.isEmpty() ? List.of(new Event.CheckpointMerged(header())) : unmerged;
    }

    private Event next(OutputShard shard) {
        return shard.hasQuantized() && !isDone(StageName.DEQUANT, shard.number())
                ? new Event.ShardPlanned(header(), shard.number())
                : new Event.ShardDequantized(header(), shard.number());
    }

    private boolean isDone(StageName stage, int shard) {
        return done.contains(new TaskId(run, stage, shard).id());
    }

    private EventHeader header() {
        return EventHeader.now(run, clock);
    }
}
