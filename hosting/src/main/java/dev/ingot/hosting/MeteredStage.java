package dev.ingot.hosting;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.work.Attempt;
import dev.ingot.pipeline.work.Marker;
import dev.ingot.pipeline.work.Outcome;
import dev.ingot.pipeline.work.Stage;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Counts and times what a stage does: {@code ingot_tasks_seconds{stage, outcome}}, outcome one of done, rejected, retried and failed. */
final class MeteredStage<E extends Event.Work> implements Stage<E> {
    private static final String TIMER = "ingot.tasks";

    private final Stage<E> stage;
    private final MeterRegistry meters;

    MeteredStage(Stage<E> stage, MeterRegistry meters) {
        this.stage = stage;
        this.meters = meters;
    }

    @Override
    public Class<E> takes() {
        return stage.takes();
    }

    @Override
    public TaskId task(E event) {
        return stage.task(event);
    }

    @Override
    public List<Event> announce(E event, Marker marker) throws IOException {
        return stage.announce(event, marker);
    }

    @Override
    public Outcome run(E event, Attempt attempt) throws IOException, InterruptedException {
        long start = System.nanoTime();
        String how = "failed";
        try {
            Outcome outcome = stage.run(event, attempt);
            how = switch (outcome) {
                case Outcome.Done _ -> "done";
                case Outcome.Rejected _ -> "rejected";
                case Outcome.RetryLater _ -> "retried";
            };
            return outcome;
        } catch (RefusedInput refused) {
            how = "rejected";
            throw refused;
        } catch (IOException | InterruptedException again) {
            how = "retried";
            throw again;
        } finally {
            meters.timer(TIMER, "stage", attempt.task().stage().id(), "outcome", how)
                    .record(Duration.ofNanos(System.nanoTime() - start));
        }
    }
}
