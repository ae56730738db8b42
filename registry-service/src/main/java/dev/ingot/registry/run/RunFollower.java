package dev.ingot.registry.run;

import dev.ingot.pipeline.RunRef;
import dev.ingot.registry.RegistryConfig;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.smallrye.mutiny.subscription.BackPressureStrategy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Follows runs live. A stream begins with how things stand, sends a whole view whenever one changed, and asks the store now and then should an
 * event have been lost. A slow reader skips views, never the last one.
 */
@ApplicationScoped
public class RunFollower {
    private final RunViews views;
    private final LiveProgress live;
    private final Duration every;

    public RunFollower(RunViews views, LiveProgress live, RegistryConfig config) {
        this.views = views;
        this.live = live;
        this.every = config.followEvery();
    }

    /** One run until it is over; its last view has the verdict. Fails when the store does. */
    public Multi<RunView> follow(RunRef run) {
        return nudges(run::equals)
                .emitOn(Infrastructure.getDefaultWorkerPool(), 1)
                .onItem()
                .transformToIterable(nudge -> last(run))
                .select()
                .first(step -> step.isPresent())
                .map(Optional::orElseThrow)
                .skip()
                .repetitions();
    }

    /** The newest runs of all teams, for as long as somebody reads. */
    public Multi<RunPage> followNewest(int limit) {
        return nudges(run -> true)
                .emitOn(Infrastructure.getDefaultWorkerPool(), 1)
                .map(nudge -> newest(limit))
                .skip()
                .repetitions();
    }

    /** Something now, something whenever a run of interest was heard of, and something every few seconds; only the latest waits. */
    private Multi<Long> nudges(Predicate<RunRef> interesting) {
        Multi<Long> heard = Multi.createFrom()
                .emitter(
                        emitter -> {
                            Runnable end = live.watch(run -> {
                                if (interesting.test(run)) {
                                    emitter.emit(0L);
                                }
                            });
                            emitter.onTermination(end);
                        },
                        BackPressureStrategy.LATEST);
        Multi<Long> ticks = Multi.createFrom().ticks().every(every).onOverflow().drop();
        return Multi.createBy().merging().streams(Multi.createFrom().item(0L), heard, ticks);
    }

    /** The view, and after a view with a verdict the end. */
    private List<Optional<RunView>> last(RunRef run) {
        try {
            Optional<RunView> view = views.of(run);
            return view.isPresent() && view.get().state().isOver()
                    ? List.of(view, Optional.empty())
                    : Stream.of(view).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private RunPage newest(int limit) {
        try {
            return views.page(Optional.empty(), Optional.empty(), limit);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
