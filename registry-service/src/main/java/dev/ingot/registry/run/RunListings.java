package dev.ingot.registry.run;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.event.Event;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.RunKeys;
import dev.ingot.pipeline.store.RunListing;
import dev.ingot.registry.RegistryConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** Listings of the store, kept for about a second so that many watchers cost no more than one. Thread-safe. */
@ApplicationScoped
public class RunListings {
    private static final int KEPT = 1_000;

    private final ObjectStore store;
    private final Clock clock;
    private final Duration age;
    private final ConcurrentMap<RunRef, Dated<RunListing>> byRun = new ConcurrentHashMap<>();
    private volatile @Nullable Dated<List<RunListing>> all;

    public RunListings(ObjectStore store, Clock clock, RegistryConfig config) {
        this.store = store;
        this.clock = clock;
        this.age = config.listingAge();
    }

    private record Dated<T>(T value, Instant at) {}

    /** Every run that was handed in, newest first. */
    public List<RunListing> newestFirst() throws IOException {
        Dated<List<RunListing>> kept = all;
        if (kept != null && isFresh(kept)) {
            return kept.value();
        }
        Instant at = clock.instant();
        List<RunListing> sorted = RunListing.all(store).stream()
                .filter(listing -> listing.has(listing.keys().request()))
                .sorted(Comparator.comparing(RunListings::submitted)
                        .reversed()
                        .thenComparing(listing -> listing.run().toString()))
                .toList();
        all = new Dated<>(sorted, at);
        return sorted;
    }

    /** One run; empty when nobody handed it in. */
    public Optional<RunListing> of(RunRef run) throws IOException {
        Dated<RunListing> kept = byRun.get(run);
        if (kept != null && isFresh(kept)) {
            return Optional.of(kept.value());
        }
        Instant at = clock.instant();
        RunListing listing = new RunListing(run, store.list(RunKeys.runsOf(run.team()) + run.run() + "/"));
        if (!listing.has(listing.keys().request())) {
            return Optional.empty();
        }
        if (byRun.size() >= KEPT) {
            byRun.clear();
        }
        byRun.put(run, new Dated<>(listing, at));
        return Optional.of(listing);
    }

    /** Drops what is known of a run of which something was heard that the store now shows. */
    public void heard(Event.Broadcast event) {
        if (!(event instanceof Event.RunProgressed)) {
            forget(event.run());
        }
    }

    /** Drops what is known of a run, because it was just changed. */
    public void forget(RunRef run) {
        byRun.remove(run);
        all = null;
    }

    private boolean isFresh(Dated<?> kept) {
        return clock.instant().isBefore(kept.at().plus(age));
    }

    private static Instant submitted(RunListing listing) {
        return listing.find(listing.keys().request()).orElseThrow().modified();
    }
}
