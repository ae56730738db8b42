package dev.ingot.pipeline.work;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.DependencyFailure;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.EventPort;
import dev.ingot.pipeline.event.EventPort.Disposition;
import dev.ingot.pipeline.event.EventPort.WorkHandler;
import dev.ingot.pipeline.report.Verdict;
import dev.ingot.pipeline.store.ObjectStore;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Does the tasks of one stage so that each is done once, although its event may come twice, late or after a crash: marker there? announce
 * again. Run over? say so. Else attempt record, work, marker, announcement, and only then is the event settled. Safe for several workers.
 */
public final class TaskRunner<E extends Event.Work> implements WorkHandler<E> {
    /** Tries at one task before its run is rejected. */
    public static final int DEFAULT_ATTEMPTS = 4;

    private static final Logger LOG = Logger.getLogger(TaskRunner.class);

    private final Stage<E> stage;
    private final EventPort events;
    private final Worker worker;
    private final Clock clock;
    private final CrashPoint crash;
    private final RunFiles files;
    private final Attempts attempts;
    private final Verdicts verdicts;
    private final Commit commit;

    public TaskRunner(
            Stage<E> stage, ObjectStore store, EventPort events, Worker worker, Clock clock, int attemptLimit) {
        this(stage, store, events, worker, clock, attemptLimit, CrashPoint.armedByEnvironment());
    }

    TaskRunner(
            Stage<E> stage,
            ObjectStore store,
            EventPort events,
            Worker worker,
            Clock clock,
            int attemptLimit,
            CrashPoint crash) {
        this.stage = stage;
        this.events = events;
        this.worker = worker;
        this.clock = clock;
        this.crash = crash;
        this.files = new RunFiles(store);
        this.attempts = new Attempts(store, worker, clock, attemptLimit);
        this.verdicts = new Verdicts(files, events, clock);
        this.commit = new Commit(files);
    }

    @Override
    public Disposition handle(E event) throws InterruptedException {
        TaskId task = stage.task(event);
        try {
            return settle(event, task);
        } catch (IOException | DependencyFailure failed) {
            return failed(task, failed);
        } catch (RuntimeException failed) {
            LOG.errorf(failed, "task failed, again later: run=%s task=%s", task.run(), task.id());
            return Disposition.RELEASE;
        }
    }

    /** What fails because this thread was told to stop is no failure of a dependency. */
    private static Disposition failed(TaskId task, Exception failed) throws InterruptedException {
        if (Thread.interrupted()) {
            throw interrupted(task);
        }
        if (failed instanceof ClosedByInterruptException) {
            LOG.infof("cut off by an interrupt, again later: run=%s task=%s", task.run(), task.id());
        } else {
            LOG.warnf("a dependency failed, again later: run=%s task=%s cause=%s", task.run(), task.id(), failed);
        }
        return Disposition.RELEASE;
    }

    private static InterruptedException interrupted(TaskId task) {
        return new InterruptedException("task " + task.id() + " of run " + task.run() + " was interrupted");
    }

    private Disposition settle(E event, TaskId task) throws IOException, InterruptedException {
        Optional<Marker> marker = files.marker(task);
        if (marker.isPresent()) {
            return announce(event, task, marker.get());
        }
        Optional<Verdict> verdict = files.verdict(task.run());
        if (verdict.isPresent()) {
            verdicts.announce(verdict.get());
            return Disposition.ACCEPT;
        }
        Optional<AttemptRecord> attempt = attempts.begin(task);
        if (attempt.isEmpty()) {
            verdicts.reject(task, exhausted(task));
            return Disposition.REJECT;
        }
        crash(task, "after-attempt-record");
        return attempt(event, task, attempt.get());
    }

    private Disposition attempt(E event, TaskId task, AttemptRecord attempt) throws IOException, InterruptedException {
        Instant start = clock.instant();
        LOG.infof(
                "stage started: run=%s stage=%s task=%s attempt=%d",
                task.run(), task.stage().id(), task.id(), attempt.number());
        Outcome outcome = run(event, task, attempt);
        Duration took = Duration.between(start, clock.instant());
        LOG.infof(
                "stage ended: run=%s stage=%s task=%s attempt=%d outcome=%s took=%s",
                task.run(),
                task.stage().id(),
                task.id(),
                attempt.number(),
                outcome.getClass().getSimpleName(),
                took);
        return switch (outcome) {
            case Outcome.Done done -> {
                crash(task, "after-run-before-marker");
                Marker mine = new Marker(
                        task.id(),
                        attempt.attempt(),
                        worker.name(),
                        worker.version(),
                        clock.instant(),
                        took,
                        done.result());
                Marker winner = commit.commit(task, mine);
                crash(task, "after-marker-before-announce");
                yield announce(event, task, winner);
            }
            case Outcome.Rejected rejected -> {
                verdicts.reject(task, rejected);
                yield Disposition.ACCEPT;
            }
            case Outcome.RetryLater later -> {
                LOG.warnf("again later: run=%s task=%s cause=%s", task.run(), task.id(), later.reason());
                yield Disposition.RELEASE;
            }
        };
    }

    private Outcome run(E event, TaskId task, AttemptRecord attempt) throws IOException, InterruptedException {
        try (TaskProgress progress = new TaskProgress(task, events, clock)) {
            return stage.run(event, new Attempt(task, attempt.number(), attempt.attempt(), progress));
        } catch (RefusedInput refused) {
            return new Outcome.Rejected(refused.code(), refused.getMessage(), refused.remedy());
        } catch (InterruptedException | IOException | RuntimeException failed) {
            // Reading a file says "closed by interrupt" where other code says "interrupted".
            if (Thread.interrupted() || failed instanceof InterruptedException) {
                attempts.giveBack(task, attempt);
                throw interrupted(task);
            }
            throw failed;
        }
    }

    private Disposition announce(E event, TaskId task, Marker marker) throws IOException {
        stage.announce(event, marker).forEach(events::publish);
        crash(task, "after-announce-before-ack");
        return Disposition.ACCEPT;
    }

    private Outcome.Rejected exhausted(TaskId task) {
        return new Outcome.Rejected(
                "task.attempts-exhausted",
                "Task " + task.id() + " of run " + task.run() + " was tried " + attempts.limit()
                        + " times, expected one try to end, found none that did.",
                "Look for this run and task in the workers' logs, mend the cause, and submit the run again under a new name.");
    }

    private void crash(TaskId task, String point) {
        crash.at(task.stage().id() + "." + point);
    }
}
