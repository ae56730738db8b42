package dev.ingot.dequant;

import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.Event.ShardDequantized;
import dev.ingot.pipeline.event.Event.ShardPlanned;
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

/** The work of dequant: a planned shard's quantized values become 16 bit, and merge can begin with it. */
public final class DequantStage implements Stage<ShardPlanned> {
    private final Dequantize dequantize;
    private final RunFiles files;
    private final Clock clock;

    public DequantStage(Dequantize dequantize, RunFiles files, Clock clock) {
        this.dequantize = dequantize;
        this.files = files;
        this.clock = clock;
    }

    @Override
    public Class<ShardPlanned> takes() {
        return ShardPlanned.class;
    }

    @Override
    public TaskId task(ShardPlanned event) {
        return new TaskId(event.run(), StageName.DEQUANT, event.shard());
    }

    @Override
    public Outcome run(ShardPlanned event, Attempt attempt) throws IOException, InterruptedException {
        return new Outcome.Done(dequantize.dequantize(plan(event), event.shard(), attempt));
    }

    @Override
    public List<Event> announce(ShardPlanned event, Marker marker) {
        return List.of(new ShardDequantized(EventHeader.now(event.run(), clock), event.shard()));
    }

    private Plan plan(ShardPlanned event) throws IOException {
        return files.plan(event.run(), event.shard())
                .orElseThrow(() -> new IOException("the plan of run " + event.run() + " is not in the store (yet)"));
    }
}
