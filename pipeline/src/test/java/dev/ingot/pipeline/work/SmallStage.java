package dev.ingot.pipeline.work;

import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.report.Verdict;
import dev.ingot.pipeline.store.ObjectStore;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** The four stages of a {@link SmallRun}, which move three bytes. */
record SmallStage<E extends Event.Work>(
        Class<E> takes, StageName name, Function<E, Integer> shard, Running running, Announcing<E> announcing)
        implements Stage<E> {

    interface Running {
        StageResult run(Attempt attempt) throws IOException;
    }

    interface Announcing<E> {
        List<Event> announce(E event, Marker marker) throws IOException;
    }

    @Override
    public TaskId task(E event) {
        return new TaskId(event.run(), name, shard.apply(event));
    }

    @Override
    public Outcome run(E event, Attempt attempt) throws IOException {
        return new Outcome.Done(running.run(attempt));
    }

    @Override
    public List<Event> announce(E event, Marker marker) throws IOException {
        return announcing.announce(event, marker);
    }

    static List<SmallStage<?>> all(ObjectStore store) {
        return List.of(ingest(store), dequant(store), merge(store), validate(store));
    }

    static SmallStage<Event.RunRequested> ingest(ObjectStore store) {
        return new SmallStage<>(
                Event.RunRequested.class,
                StageName.INGEST,
                _ -> 0,
                _ -> {
                    store.createOnce(SmallRun.KEYS.plan(), Documents.write(SmallRun.plan()));
                    return new StageResult.Planned(SmallRun.ref(SmallRun.KEYS.plan(), 1), 2);
                },
                (_, _) -> List.of(
                        new Event.ShardPlanned(SmallRun.header(), 1),
                        new Event.ShardDequantized(SmallRun.header(), 2)));
    }

    static SmallStage<Event.ShardPlanned> dequant(ObjectStore store) {
        return new SmallStage<>(
                Event.ShardPlanned.class,
                StageName.DEQUANT,
                Event.ShardPlanned::shard,
                attempt -> new StageResult.DequantizedShard(
                        attempt.task().shard(), data(store, attempt), false, 3, "digest"),
                (event, _) -> List.of(new Event.ShardDequantized(SmallRun.header(), event.shard())));
    }

    static SmallStage<Event.ShardDequantized> merge(ObjectStore store) {
        return new SmallStage<>(
                Event.ShardDequantized.class,
                StageName.MERGE,
                Event.ShardDequantized::shard,
                attempt -> new StageResult.MergedShard(
                        attempt.task().shard(), "file", data(store, attempt), List.of(), List.of(), List.of()),
                (_, _) -> new RunFiles(store).done(SmallRun.RUN).containsAll(Set.of("merge-00001", "merge-00002"))
                        ? List.of(new Event.CheckpointMerged(SmallRun.header()))
                        : List.of());
    }

    static SmallStage<Event.CheckpointMerged> validate(ObjectStore store) {
        return new SmallStage<>(
                Event.CheckpointMerged.class,
                StageName.VALIDATE,
                _ -> 0,
                attempt -> new StageResult.Validated(data(store, attempt), true, "support-llama", 1),
                (_, _) -> {
                    Verdict verdict = new Verdict.Published(SmallRun.RUN, Instant.EPOCH, "support-llama", 1);
                    store.createOnce(SmallRun.KEYS.result(), Documents.write(verdict));
                    return List.of(new Event.ModelPublished(SmallRun.header(), "support-llama", 1));
                });
    }

    private static ObjectRef data(ObjectStore store, Attempt attempt) throws IOException {
        return SmallRun.upload(store, SmallRun.KEYS.data(attempt.task(), attempt.id(), "file"));
    }
}
