package dev.ingot.pipeline.work;

import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.kafka.KafkaEvents;
import dev.ingot.pipeline.event.kafka.KafkaSettings;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.folder.FolderStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.CountDownLatch;

/** A process that merges {@link SmallRun}s until it is killed: arguments are the broker and the store's folder. */
final class MergeWorkerMain {
    private MergeWorkerMain() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        ObjectStore store = FolderStore.durable(Path.of(arguments[1]));
        KafkaEvents events = KafkaEvents.connect(KafkaSettings.of(arguments[0]));
        start(events, store);
        new CountDownLatch(1).await();
    }

    static void start(KafkaEvents events, ObjectStore store) {
        TaskRunner<Event.ShardDequantized> runner = new TaskRunner<>(
                SmallStage.merge(store),
                store,
                events,
                SmallRun.WORKER,
                Clock.systemUTC(),
                TaskRunner.DEFAULT_ATTEMPTS);
        events.work(Event.ShardDequantized.class, 1, runner);
    }
}
