package dev.ingot.pipeline.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.RetryDelay;
import dev.ingot.pipeline.event.inprocess.InProcessEvents;
import dev.ingot.pipeline.report.Verdict;
import dev.ingot.pipeline.store.memory.MemoryStore;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A worker that dies anywhere costs a try, never a run and never a marker. */
class CrashMatrixTest {
    private static final Set<String> POINTS = Set.of(
            "after-attempt-record",
            "after-run-before-marker",
            "after-marker-before-announce",
            "after-announce-before-ack");

    static Stream<String> points() {
        return Stream.of(StageName.values()).flatMap(stage -> POINTS.stream().map(point -> stage.id() + "." + point));
    }

    /** Stands in for the end of the process: the adapter delivers the work again, as a broker would. */
    private static final class Died extends Error {}

    @ParameterizedTest
    @MethodSource("points")
    void aRunFinishesAlthoughAWorkerDies(String point) throws Exception {
        MemoryStore store = new MemoryStore();
        AtomicInteger deaths = new AtomicInteger();
        CompletableFuture<Event> end = new CompletableFuture<>();
        try (InProcessEvents events = new InProcessEvents(new RetryDelay(Duration.ofMillis(1), Duration.ofMillis(1)))) {
            events.listen(end::complete);
            SmallStage.all(store).forEach(stage -> start(events, stage, store, dyingOnceAt(point, deaths)));

            events.publish(new Event.RunRequested(SmallRun.header()));

            assertTrue(end.get(20, TimeUnit.SECONDS) instanceof Event.ModelPublished);
        }
        RunFiles files = new RunFiles(store);
        assertEquals(1, deaths.get());
        assertEquals(
                Set.of("ingest", "dequant-00001", "merge-00001", "merge-00002", "validate"), files.done(SmallRun.RUN));
        assertTrue(files.verdict(SmallRun.RUN)
                .filter(Verdict.Published.class::isInstance)
                .isPresent());
    }

    private static <E extends Event.Work> void start(
            InProcessEvents events, Stage<E> stage, MemoryStore store, CrashPoint crash) {
        TaskRunner<E> runner = new TaskRunner<>(
                stage, store, events, SmallRun.WORKER, Clock.systemUTC(), TaskRunner.DEFAULT_ATTEMPTS, crash);
        events.work(stage.takes(), 2, runner);
    }

    private static CrashPoint dyingOnceAt(String armed, AtomicInteger deaths) {
        return point -> {
            if (point.equals(armed) && deaths.compareAndSet(0, 1)) {
                throw new Died();
            }
        };
    }
}
