package dev.ingot.pipeline.work;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.EventKind;
import dev.ingot.pipeline.report.Manifest;
import dev.ingot.pipeline.report.Verdict;
import dev.ingot.pipeline.store.ModelKeys;
import dev.ingot.pipeline.store.ObjectInfo;
import dev.ingot.pipeline.store.memory.MemoryStore;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SweeperTest {
    private static final Duration GRACE = Duration.ofMinutes(15);
    /** Long enough after whatever the test wrote. */
    private static final Clock LATER = Clock.offset(Clock.systemUTC(), GRACE.plusMinutes(1));

    private final MemoryStore store = new MemoryStore();
    private final RecordedEvents events = new RecordedEvents();

    @BeforeEach
    void aRunIsRequested() throws IOException {
        store.createOnce(SmallRun.KEYS.request(), Documents.write(SmallRun.request()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    ''                                              | run.requested
                    ingest                                          | shard.planned, shard.dequantized
                    ingest dequant-00001                            | shard.dequantized, shard.dequantized
                    ingest dequant-00001 merge-00001                | shard.dequantized
                    ingest merge-00002                              | shard.planned
                    ingest dequant-00001 merge-00001 merge-00002    | checkpoint.merged
                    """)
    void aStalledRunGetsTheEventsThatItLacks(String done, String expected) throws IOException {
        store.createOnce(SmallRun.KEYS.plan(), Documents.write(SmallRun.plan()));
        for (String task : done.isEmpty() ? List.<String>of() : List.of(done.split(" "))) {
            SmallRun.markDone(store, task, "a", new StageResult.Planned(SmallRun.ref("plan", 1), 2));
        }

        sweep(LATER);

        assertEquals(List.of(expected.split(", ")), kinds());
    }

    @Test
    void aMarkerWithoutItsPlanIsNotBelieved() throws IOException {
        SmallRun.markDone(store, "ingest", "a", new StageResult.Planned(SmallRun.ref("plan", 1), 2));

        sweep(LATER);

        assertEquals(List.of("run.requested"), kinds());
    }

    @Test
    void aRunAtWorkIsLeftAlone() throws IOException {
        sweep(Clock.systemUTC());

        assertEquals(List.of(), kinds());
    }

    @Test
    void ofManySweepersOnePushesOn() throws IOException {
        // The record of the first sweep is activity as well; both look at a time after it.
        Clock fixed = Clock.fixed(LATER.instant().plus(GRACE), LATER.getZone());

        sweep(fixed);
        sweep(fixed);

        assertEquals(1, events.published.size());
    }

    @Test
    void aRunThatIsOverIsNotPushedOn() throws IOException {
        finish(new Verdict.Rejected(SmallRun.RUN, Instant.EPOCH, StageName.MERGE, "a.b", "c", "d"));

        sweep(LATER);

        assertEquals(List.of(), kinds());
    }

    @Test
    void dataThatNoMarkerNamesIsRemovedOnceTheRunIsOver() throws IOException {
        TaskId merge = new TaskId(SmallRun.RUN, StageName.MERGE, 1);
        String kept = SmallRun.KEYS.data(merge, "winner", "file");
        SmallRun.upload(store, kept);
        SmallRun.upload(store, SmallRun.KEYS.data(merge, "loser", "file"));
        SmallRun.upload(store, SmallRun.KEYS.data(new TaskId(SmallRun.RUN, StageName.MERGE, 2), "dead", "file"));
        SmallRun.markDone(
                store,
                merge.id(),
                "winner",
                new StageResult.MergedShard(1, "file", SmallRun.ref(kept, 3), List.of(), List.of(), List.of()));
        finish(new Verdict.Rejected(SmallRun.RUN, Instant.EPOCH, StageName.MERGE, "a.b", "c", "d"));

        sweep(LATER);

        assertEquals(List.of(kept), data());
    }

    @Test
    void dataOfAnOpenRunIsNeverRemoved() throws IOException {
        String unnamed = SmallRun.KEYS.data(new TaskId(SmallRun.RUN, StageName.MERGE, 1), "working", "file");
        SmallRun.upload(store, unnamed);

        sweep(LATER);

        assertEquals(List.of(unnamed), data());
    }

    @Test
    void whatIsPublishedIsNeverRemovedEvenWithoutAMarker() throws IOException {
        String card =
                SmallRun.KEYS.data(new TaskId(SmallRun.RUN, StageName.VALIDATE, 0), "died-after-verdict", "README.md");
        SmallRun.upload(store, card);
        Manifest manifest = new Manifest(
                1,
                "support",
                "support-llama",
                1,
                SmallRun.RUN,
                Instant.EPOCH,
                List.of(new Manifest.ManifestFile("README.md", card, 3, "")));
        store.createOnce(new ModelKeys("support", "support-llama").manifest(1), Documents.write(manifest));
        finish(new Verdict.Published(SmallRun.RUN, Instant.EPOCH, "support-llama", 1));

        sweep(LATER);

        assertEquals(List.of(card), data());
    }

    private void sweep(Clock clock) throws IOException {
        new Sweeper(store, events, SmallRun.WORKER, clock, GRACE).sweep();
    }

    private void finish(Verdict verdict) throws IOException {
        store.createOnce(SmallRun.KEYS.result(), Documents.write(verdict));
    }

    private List<String> kinds() {
        return events.published.stream()
                .map((Event event) -> EventKind.of(event).id())
                .toList();
    }

    private List<String> data() {
        return store.list(SmallRun.KEYS.allData()).stream().map(ObjectInfo::key).toList();
    }
}
