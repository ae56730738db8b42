package dev.ingot.pipeline.work;

import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.EventKind;
import dev.ingot.pipeline.event.EventPort;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.RunListing;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Pushes on what stalled and removes what nobody names. Everything else works without it as long as no event is lost.
 *
 * <p>A run stalls when nothing of it was written for the grace period, which must be longer than the longest task: the events that it lacks
 * are emitted again, by one sweeper per period however many sweep. Doing so needlessly costs work, never correctness.
 */
public final class Sweeper {
    private static final Logger LOG = Logger.getLogger(Sweeper.class);

    private final ObjectStore store;
    private final EventPort events;
    private final Worker worker;
    private final Clock clock;
    private final Duration grace;
    private final RunFiles files;
    private final Leftovers leftovers;

    public Sweeper(ObjectStore store, EventPort events, Worker worker, Clock clock, Duration grace) {
        if (!grace.isPositive()) {
            throw new IllegalArgumentException("grace period " + grace + " is not positive");
        }
        this.store = store;
        this.events = events;
        this.worker = worker;
        this.clock = clock;
        this.grace = grace;
        this.files = new RunFiles(store);
        this.leftovers = new Leftovers(store, files);
    }

    /** Looks at every run once; a run that cannot be read holds up no other. */
    public void sweep() throws IOException {
        for (RunListing run : RunListing.all(store)) {
            try {
                sweep(run);
            } catch (IOException | RuntimeException failed) {
                LOG.errorf(failed, "run not swept: run=%s", run.run());
            }
        }
    }

    private void sweep(RunListing run) throws IOException {
        if (run.lastActivity().plus(grace).isAfter(clock.instant())) {
            return;
        }
        if (run.has(run.keys().result())) {
            leftovers.remove(run);
        } else if (run.has(run.keys().request())) {
            pushOn(run);
        }
    }

    private void pushOn(RunListing run) throws IOException {
        List<Event> missing = new MissingEvents(run.run(), files.done(run.run()), clock).of(files.plans(run.run()));
        List<String> names = missing.stream().map(Sweeper::name).toList();
        long number = clock.instant().toEpochMilli() / grace.toMillis();
        SweepRecord mine = new SweepRecord(number, worker.name(), clock.instant(), names);
        if (store.createOnce(run.keys().sweep(number), Documents.write(mine))) {
            LOG.infof("run stalled, its events are emitted again: run=%s events=%s", run.run(), names);
            missing.forEach(events::publish);
        }
    }

    private static String name(Event event) {
        String kind = EventKind.of(event).id();
        return switch (event) {
            case Event.ShardPlanned planned -> kind + " " + planned.shard();
            case Event.ShardDequantized dequantized -> kind + " " + dequantized.shard();
            case Event.RunRequested _, Event.CheckpointMerged _, Event.Broadcast _ -> kind;
        };
    }
}
