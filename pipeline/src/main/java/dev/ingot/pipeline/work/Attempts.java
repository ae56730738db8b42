package dev.ingot.pipeline.work;

import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.store.ObjectInfo;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.RunKeys;
import java.io.IOException;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Counts the tries at a task in the store, before each begins: whoever dies without a word has been counted, and no broker's memory is
 * needed. A try that was interrupted (the worker was told to stop, or lost the delivery) is given back and does not count.
 */
final class Attempts {
    private final ObjectStore store;
    private final RunFiles files;
    private final Worker worker;
    private final Clock clock;
    private final int limit;

    Attempts(ObjectStore store, Worker worker, Clock clock, int limit) {
        this.store = store;
        this.files = new RunFiles(store);
        this.worker = worker;
        this.clock = clock;
        this.limit = limit;
    }

    int limit() {
        return limit;
    }

    /** Records the next try; empty when as many as allowed are recorded. */
    Optional<AttemptRecord> begin(TaskId task) throws IOException {
        RunKeys keys = new RunKeys(task.run());
        Set<String> known =
                store.list(keys.attempts(task)).stream().map(ObjectInfo::key).collect(Collectors.toSet());
        String id = UUID.randomUUID().toString();
        int counted = 0;
        for (int number = 1; counted < limit; number++) {
            if (known.contains(keys.attempt(task, number))) {
                counted += known.contains(keys.attemptGivenBack(task, number)) ? 0 : 1;
                continue;
            }
            AttemptRecord mine = new AttemptRecord(task.id(), number, id, worker.name(), clock.instant());
            if (files.createOrRead(keys.attempt(task, number), mine, AttemptRecord.class)
                    .attempt()
                    .equals(id)) {
                return Optional.of(mine);
            }
            counted++;
        }
        return Optional.empty();
    }

    /** The try came to nothing through no fault of the task. */
    void giveBack(TaskId task, AttemptRecord attempt) throws IOException {
        String key = new RunKeys(task.run()).attemptGivenBack(task, attempt.number());
        files.createOrRead(key, attempt, AttemptRecord.class);
    }
}
