package dev.ingot.pipeline.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.EventPort.Disposition;
import dev.ingot.pipeline.report.Verdict;
import dev.ingot.pipeline.store.ObjectInfo;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.ObjectUpload;
import dev.ingot.pipeline.store.memory.MemoryStore;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TaskRunnerTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-22T10:15:30Z"), ZoneOffset.UTC);
    private static final TaskId TASK = new TaskId(SmallRun.RUN, StageName.MERGE, 1);

    private final MemoryStore store = new MemoryStore();
    private final RecordedEvents events = new RecordedEvents();
    private final Event.ShardDequantized event = new Event.ShardDequantized(SmallRun.header(), 1);

    /** What a stage under test does instead of merging. */
    private interface Work {
        Outcome run(Attempt attempt) throws IOException, InterruptedException;
    }

    private record OneStage(Work work) implements Stage<Event.ShardDequantized> {
        @Override
        public Class<Event.ShardDequantized> takes() {
            return Event.ShardDequantized.class;
        }

        @Override
        public TaskId task(Event.ShardDequantized event) {
            return TASK;
        }

        @Override
        public Outcome run(Event.ShardDequantized event, Attempt attempt) throws IOException, InterruptedException {
            return work.run(attempt);
        }

        /** Says which attempt it was told of. */
        @Override
        public List<Event> announce(Event.ShardDequantized event, Marker marker) {
            return List.of(new Event.ModelPublished(SmallRun.header(), marker.attempt(), 1));
        }
    }

    @Test
    void aTaskIsMarkedBeforeItIsAnnounced() throws Exception {
        assertEquals(Disposition.ACCEPT, handle(attempt -> done()));

        Marker marker = files().marker(TASK).orElseThrow();
        assertEquals(List.of(marker.attempt()), announcedAttempts());
        assertEquals("worker-1", marker.worker());
    }

    @Test
    void aTaskThatIsDoneIsOnlyAnnouncedAgain() throws Exception {
        SmallRun.markDone(store, TASK.id(), "earlier", result());

        assertEquals(Disposition.ACCEPT, handle(_ -> {
            throw new AssertionError("done twice");
        }));
        assertEquals(List.of("earlier"), announcedAttempts());
    }

    @Test
    void workOnARunThatIsOverEndsWithItsVerdict() throws Exception {
        Verdict verdict = new Verdict.Rejected(SmallRun.RUN, CLOCK.instant(), StageName.INGEST, "a.b", "c", "d");
        store.createOnce(SmallRun.KEYS.result(), Documents.write(verdict));

        assertEquals(Disposition.ACCEPT, handle(_ -> {
            throw new AssertionError("worked on a run that is over");
        }));
        assertEquals("a.b", events.of(Event.RunRejected.class).getFirst().code());
    }

    @Test
    void aRefusedInputEndsTheRun() throws Exception {
        assertEquals(Disposition.ACCEPT, handle(_ -> {
            throw new RefusedInput("adapter.unmatched-key", "sentence", "remedy");
        }));

        Verdict.Rejected verdict =
                (Verdict.Rejected) files().verdict(SmallRun.RUN).orElseThrow();
        assertEquals("adapter.unmatched-key", verdict.code());
        assertEquals(
                StageName.MERGE, events.of(Event.RunRejected.class).getFirst().stage());
    }

    @Test
    void aFailedDependencyIsTriedAgain() throws Exception {
        assertEquals(Disposition.RELEASE, handle(_ -> {
            throw new IOException("connection reset");
        }));
        assertEquals(Disposition.RELEASE, handle(_ -> new Outcome.RetryLater("not yet")));
        assertEquals(Optional.empty(), files().verdict(SmallRun.RUN));
    }

    @Test
    void theLastAllowedTryStillCounts() throws Exception {
        for (int number = 1; number < TaskRunner.DEFAULT_ATTEMPTS; number++) {
            assertEquals(Disposition.RELEASE, handle(TaskRunnerTest::fail));
        }

        assertEquals(Disposition.ACCEPT, handle(attempt -> done()));
        assertTrue(files().marker(TASK).isPresent());
    }

    @Test
    void aTaskThatFailsTooOftenEndsTheRun() throws Exception {
        for (int number = 1; number <= TaskRunner.DEFAULT_ATTEMPTS; number++) {
            assertEquals(Disposition.RELEASE, handle(TaskRunnerTest::fail));
        }

        assertEquals(Disposition.REJECT, handle(attempt -> done()));
        assertEquals(
                "task.attempts-exhausted",
                events.of(Event.RunRejected.class).getFirst().code());
        assertTrue(files().verdict(SmallRun.RUN).isPresent());
    }

    @Test
    void anInterruptedTryDoesNotCount() throws Exception {
        for (int number = 0; number <= TaskRunner.DEFAULT_ATTEMPTS; number++) {
            assertThrows(
                    InterruptedException.class,
                    () -> handle(_ -> {
                        throw new InterruptedException();
                    }));
        }

        assertEquals(Disposition.ACCEPT, handle(attempt -> done()));
    }

    @Test
    void readingThatIsCutOffByAnInterruptIsAnInterrupt() throws Exception {
        assertThrows(
                InterruptedException.class,
                () -> handle(_ -> {
                    Thread.currentThread().interrupt();
                    throw new ClosedByInterruptException();
                }));
    }

    @Test
    void aMarkerThatIsCutOffByAnInterruptIsAnInterrupt() {
        ObjectStore stopping = new CutOff(store);

        assertThrows(
                InterruptedException.class,
                () -> runner(stopping, attempt -> done()).handle(event));
        assertFalse(Thread.currentThread().isInterrupted());
    }

    @Test
    void whoCommitsSecondAnnouncesTheFirst() throws Exception {
        assertEquals(Disposition.ACCEPT, handle(attempt -> {
            SmallRun.markDone(store, TASK.id(), "faster", result());
            return done();
        }));

        assertEquals(List.of("faster"), announcedAttempts());
    }

    @Test
    void aMarkerWhoseReplyWasLostIsOurs() throws Exception {
        ObjectStore losing = new LostReplies(store);

        assertEquals(Disposition.ACCEPT, runner(losing, attempt -> done()).handle(event));
        assertEquals(List.of(files().marker(TASK).orElseThrow().attempt()), announcedAttempts());
        assertEquals(1, store.list(SmallRun.KEYS.attempts(TASK)).size());
    }

    @Test
    void progressIsPublishedAtOnceAndAtTheEnd() throws Exception {
        handle(attempt -> {
            for (int i = 1; i <= 1000; i++) {
                attempt.progress().at(i, 1000, "bytes", "");
            }
            return done();
        });

        assertEquals(
                List.of(1L, 1000L),
                events.of(Event.RunProgressed.class).stream()
                        .map(Event.RunProgressed::done)
                        .toList());
    }

    @Test
    void attemptsAreHeldAgainstOneAnotherByTheirBytes() {
        StageResult other = new StageResult.MergedShard(
                1, "file", new ObjectRef("other", 3, "", 1), List.of(), List.of(), List.of());
        StageResult same = new StageResult.MergedShard(
                1, "file", new ObjectRef("other", 3, "", 0), List.of(), List.of(), List.of());

        assertTrue(Commit.sameBytes(result(), same));
        assertTrue(!Commit.sameBytes(result(), other));
    }

    private static Outcome fail(Attempt attempt) {
        throw new IllegalStateException("a bug in attempt " + attempt.number());
    }

    private Disposition handle(Work work) throws InterruptedException {
        return runner(store, work).handle(event);
    }

    private TaskRunner<Event.ShardDequantized> runner(ObjectStore store, Work work) {
        return new TaskRunner<>(new OneStage(work), store, events, SmallRun.WORKER, CLOCK, TaskRunner.DEFAULT_ATTEMPTS);
    }

    private RunFiles files() {
        return new RunFiles(store);
    }

    private List<String> announcedAttempts() {
        return events.of(Event.ModelPublished.class).stream()
                .map(Event.ModelPublished::model)
                .toList();
    }

    private static Outcome done() {
        return new Outcome.Done(result());
    }

    private static StageResult result() {
        return new StageResult.MergedShard(1, "file", SmallRun.ref("key", 3), List.of(), List.of(), List.of());
    }

    /** Interrupts whoever reads, as a channel does that is closed by an interrupt. */
    private record CutOff(ObjectStore store) implements ObjectStore {
        @Override
        public boolean createOnce(String key, byte[] content) throws IOException {
            return store.createOnce(key, content);
        }

        @Override
        public Optional<RangedFile> open(String key) throws IOException {
            Thread.currentThread().interrupt();
            throw new ClosedByInterruptException();
        }

        @Override
        public ObjectUpload upload(String key) throws IOException {
            return store.upload(key);
        }

        @Override
        public List<ObjectInfo> list(String prefix) throws IOException {
            return store.list(prefix);
        }

        @Override
        public void delete(String key) throws IOException {
            store.delete(key);
        }
    }

    /** Writes, and says that it did not: as a client does whose first try had reached the store. */
    private record LostReplies(ObjectStore store) implements ObjectStore {
        @Override
        public boolean createOnce(String key, byte[] content) throws IOException {
            store.createOnce(key, content);
            return false;
        }

        @Override
        public Optional<RangedFile> open(String key) throws IOException {
            return store.open(key);
        }

        @Override
        public ObjectUpload upload(String key) throws IOException {
            return store.upload(key);
        }

        @Override
        public List<ObjectInfo> list(String prefix) throws IOException {
            return store.list(prefix);
        }

        @Override
        public void delete(String key) throws IOException {
            store.delete(key);
        }
    }
}
