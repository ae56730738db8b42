package dev.ingot.merge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.Event.CheckpointMerged;
import dev.ingot.pipeline.event.Event.ShardDequantized;
import dev.ingot.pipeline.event.EventHeader;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.store.RunKeys;
import dev.ingot.pipeline.work.Attempt;
import dev.ingot.pipeline.work.Marker;
import dev.ingot.pipeline.work.Outcome;
import dev.ingot.pipeline.work.Progress;
import dev.ingot.pipeline.work.RunFiles;
import dev.ingot.pipeline.work.StageResult;
import dev.ingot.pipeline.work.StageResult.MergedShard;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class MergeStageTest {
    private final SmallMerge small = new SmallMerge();
    private final Clock clock = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
    private final MergeStage stage =
            new MergeStage(small.useCase(new MergeConfig(1, Tile.ELEMENTS)), new RunFiles(small.store), clock);
    private Plan plan;

    @BeforeEach
    void planTwoShards() {
        small.output("a", DType.F16, small.base("a", DType.F16, Shape.of(2), 1, 2));
        small.output("b", DType.F16, small.base("b", DType.F16, Shape.of(2), 3, 4));
        plan = small.plan(2);
    }

    @Test
    void aShardThatIsAtHandIsMerged() throws Exception {
        writePlan();
        Outcome.Done done = assertInstanceOf(Outcome.Done.class, run(2));
        MergedShard merged = assertInstanceOf(MergedShard.class, done.result());
        assertEquals("model-00002-of-00002.safetensors", merged.file());
    }

    @Test
    void theCheckpointIsAnnouncedByWhoeverSeesAllMarkersAndAgainWheneverAsked() throws Exception {
        writePlan();
        assertEquals(List.of(), stage.announce(event(1), commit(1)));
        Marker last = commit(2);
        for (int again = 0; again < 2; again++) {
            List<Event> announced = stage.announce(event(2), last);
            assertEquals(1, announced.size());
            assertEquals(
                    SmallMerge.RUN,
                    assertInstanceOf(CheckpointMerged.class, announced.getFirst())
                            .run());
        }
    }

    @Test
    void aPlanThatIsNotThereYetIsTriedAgain() {
        assertThrows(IOException.class, () -> run(1));
    }

    @Test
    void theSameEventAlwaysNamesTheSameTask() {
        assertEquals(new TaskId(SmallMerge.RUN, StageName.MERGE, 2), stage.task(event(2)));
    }

    private void writePlan() throws IOException {
        small.store.createOnce(new RunKeys(SmallMerge.RUN).plan(), Documents.write(plan));
    }

    private Outcome run(int shard) throws Exception {
        return stage.run(event(shard), new Attempt(stage.task(event(shard)), 1, "a" + shard, Progress.NONE));
    }

    private Marker commit(int shard) throws Exception {
        StageResult result = ((Outcome.Done) run(shard)).result();
        TaskId task = stage.task(event(shard));
        Marker marker = new Marker(task.id(), "a", "worker", "0", Instant.EPOCH, Duration.ZERO, result);
        small.store.createOnce(new RunKeys(SmallMerge.RUN).done(task), Documents.write(marker));
        return marker;
    }

    private ShardDequantized event(int shard) {
        return new ShardDequantized(EventHeader.now(SmallMerge.RUN, clock), shard);
    }
}
