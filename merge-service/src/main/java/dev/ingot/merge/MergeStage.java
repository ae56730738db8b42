package dev.ingot.merge;

import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.Event.CheckpointMerged;
import dev.ingot.pipeline.event.Event.ShardDequantized;
import dev.ingot.pipeline.event.EventHeader;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.work.Attempt;
import dev.ingot.pipeline.work.Marker;
import dev.ingot.pipeline.work.Outcome;
import dev.ingot.pipeline.work.RunFiles;
import dev.ingot.pipeline.work.Stage;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Set;

/** The work of merge: a shard whose values are at hand becomes a file of the checkpoint; the last one completes the set. */
public final class MergeStage implements Stage<ShardDequantized> {
    private final MergeShard merge;
    private final RunFiles files;
    private final Clock clock;

    public MergeStage(MergeShard merge, RunFiles files, Clock clock) {
        this.merge = merge;
        this.files = files;
        this.clock = clock;
    }

    @Override
    public Class<ShardDequantized> takes() {
        return ShardDequantized.class;
    }

    @Override
    public TaskId task(ShardDequantized event) {
        return new TaskId(event.run(), StageName.MERGE, event.shard());
    }

    @Override
    public Outcome run(ShardDequantized event, Attempt attempt) throws IOException, InterruptedException {
        return new Outcome.Done(merge.merge(plan(event), event.shard(), attempt));
    }

    @Override
    public List<Event> announce(ShardDequantized event, Marker marker) throws IOException {
        Set<String> done = files.done(event.run());
        boolean complete = files.plans(event.run()).stream()
                .flatMap(plan -> plan.shards().stream())
                .allMatch(shard -> done.contains(new TaskId(event.run(), StageName.MERGE, shard.number()).id()));
        return complete ? List.of(new CheckpointMerged(EventHeader.now(event.run(), clock))) : List.of();
    }

    private Plan plan(ShardDequantized event) throws IOException {
        return files.plan(event.run(), event.shard())
                .orElseThrow(() -> new IOException("the plan of run " + event.run() + " is not in the store (yet)"));
    }
}
