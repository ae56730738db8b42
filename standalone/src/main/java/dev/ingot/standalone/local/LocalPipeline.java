package dev.ingot.standalone.local;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.EventHeader;
import dev.ingot.pipeline.event.inprocess.InProcessEvents;
import dev.ingot.pipeline.report.Verdict;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.RunKeys;
import dev.ingot.pipeline.work.RunFiles;
import dev.ingot.pipeline.work.Stage;
import dev.ingot.pipeline.work.TaskRunner;
import dev.ingot.pipeline.work.Worker;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The stages of a run, connected in this process, until the verdict or the first failure. */
final class LocalPipeline {
    /** Held, or the filter below would go with the logger. */
    private static final Logger RUNNER = Logger.getLogger(TaskRunner.class.getName());

    private final ObjectStore store;
    private final Worker worker;
    private final Clock clock;

    LocalPipeline(ObjectStore store, Worker worker, Clock clock) {
        this.store = store;
        this.worker = worker;
        this.clock = clock;
    }

    /**
     * Takes a request through the stages.
     *
     * @param ended completes with the verdict; exceptionally where a stage failed for other reasons than its input
     */
    Verdict run(
            RunRequest request,
            List<Stage<?>> stages,
            CompletableFuture<Verdict> ended,
            Consumer<Event.RunProgressed> progress)
            throws IOException, InterruptedException {
        // Its warnings say that somebody tries again later; here nobody does, and the command says itself what failed.
        RUNNER.setFilter(record -> record.getLevel().intValue() < Level.WARNING.intValue());
        try (InProcessEvents events = new InProcessEvents()) {
            events.listen(event -> hear(event, ended, progress));
            stages.forEach(stage -> start(stage, events));
            new RunFiles(store).createOrRead(new RunKeys(request.run()).request(), request, RunRequest.class);
            events.publish(new Event.RunRequested(EventHeader.now(request.run(), clock)));
            return ended.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException io -> throw io;
                case RuntimeException ours -> throw ours;
                default -> throw new IllegalStateException(e.getCause());
            }
        }
    }

    private <E extends Event.Work> void start(Stage<E> stage, InProcessEvents events) {
        events.work(stage.takes(), 1, new TaskRunner<>(stage, store, events, worker, clock, 1));
    }

    private void hear(Event.Broadcast event, CompletableFuture<Verdict> ended, Consumer<Event.RunProgressed> progress) {
        switch (event) {
            case Event.RunProgressed progressed -> progress.accept(progressed);
            case Event.ModelPublished published -> verdict(published.run(), ended);
            case Event.RunRejected rejected -> verdict(rejected.run(), ended);
        }
    }

    private void verdict(RunRef run, CompletableFuture<Verdict> ended) {
        try {
            ended.complete(new RunFiles(store)
                    .verdict(run)
                    .orElseThrow(() -> new IllegalStateException("run " + run + " ended without a verdict")));
        } catch (IOException | RuntimeException e) {
            ended.completeExceptionally(e);
        }
    }
}
