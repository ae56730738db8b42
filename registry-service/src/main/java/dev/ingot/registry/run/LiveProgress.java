package dev.ingot.registry.run;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.event.Event.RunProgressed;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * What broadcasts said lately: how far each task of the runs that are under way is. Lost when this process ends, and nothing depends on it.
 * Thread-safe.
 */
@ApplicationScoped
public class LiveProgress {
    private static final int RUNS = 2_000;
    private static final int TASKS = 10_000;

    private final Map<RunRef, Map<String, RunProgressed>> runs = new LinkedHashMap<>();
    private final List<Consumer<RunRef>> listeners = new CopyOnWriteArrayList<>();

    /** Takes a broadcast and wakes whoever watches. */
    public void take(Event.Broadcast event) {
        synchronized (runs) {
            switch (event) {
                case RunProgressed progressed -> remember(progressed);
                case Event.ModelPublished published -> runs.remove(published.run());
                case Event.RunRejected rejected -> runs.remove(rejected.run());
            }
        }
        listeners.forEach(listener -> listener.accept(event.run()));
    }

    /** The last word of each task of a run. */
    public Collection<RunProgressed> of(RunRef run) {
        synchronized (runs) {
            return List.copyOf(runs.getOrDefault(run, Map.of()).values());
        }
    }

    /** Calls {@code listener}, on the thread that brings the news, for every run of which something was heard; ends with the answer. */
    public Runnable watch(Consumer<RunRef> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    private void remember(RunProgressed event) {
        Map<String, RunProgressed> tasks = runs.computeIfAbsent(event.run(), run -> new LinkedHashMap<>());
        if (tasks.size() < TASKS) {
            tasks.put(event.stage().id() + event.shard(), event);
        }
        if (runs.size() > RUNS) {
            runs.remove(runs.keySet().iterator().next());
        }
    }
}
