package dev.ingot.pipeline.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.EventPort.Disposition;
import dev.ingot.pipeline.event.kafka.KafkaEvents;
import dev.ingot.pipeline.event.kafka.KafkaSettings;
import dev.ingot.pipeline.event.kafka.embedded.EmbeddedKafka;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.folder.FolderStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A process that dies in the middle of its work, over a real broker: another one finishes it, long before the lock runs out. */
@Timeout(120)
class KilledWorkerTest {
    private static final TaskId TASK = new TaskId(SmallRun.RUN, StageName.MERGE, 1);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"merge.after-run-before-marker, 2", "merge.after-marker-before-announce, 1"})
    void anotherWorkerFinishesWhatAKilledOneBegan(String point, int attempts) throws Exception {
        ObjectStore store = FolderStore.durable(folder.resolve("store"));
        SmallRun.markDone(store, "merge-00002", "a", new StageResult.Planned(SmallRun.ref("plan", 1), 2));
        try (EmbeddedKafka broker = EmbeddedKafka.start(folder.resolve("kafka"));
                KafkaEvents events = KafkaEvents.connect(KafkaSettings.of(broker.bootstrapServers()))) {
            events.publish(new Event.ShardDequantized(SmallRun.header(), 1));
            Process doomed = fork(broker, point);
            assertTrue(doomed.waitFor(60, TimeUnit.SECONDS));
            assertEquals(CrashPoint.STATUS, doomed.exitValue());

            CompletableFuture<Event> announced = new CompletableFuture<>();
            events.work(Event.CheckpointMerged.class, 1, merged -> {
                announced.complete(merged);
                return Disposition.ACCEPT;
            });
            MergeWorkerMain.start(events, store);

            // The lock lasts 60 s; the broker releases what a broken connection held.
            assertEquals(SmallRun.RUN, announced.get(30, TimeUnit.SECONDS).run());
        }
        assertEquals(Set.of("merge-00001", "merge-00002"), new RunFiles(store).done(SmallRun.RUN));
        assertEquals(attempts, store.list(SmallRun.KEYS.attempts(TASK)).size());
    }

    private Process fork(EmbeddedKafka broker, String crashAt) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-Dingot.crash-at=" + crashAt,
                        "-cp",
                        System.getProperty("java.class.path"),
                        MergeWorkerMain.class.getName(),
                        broker.bootstrapServers(),
                        folder.resolve("store").toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}
