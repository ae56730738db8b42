package dev.ingot.pipeline.store;

import dev.ingot.pipeline.RunRef;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What stands in the store of one run, without reading any of it. */
public record RunListing(RunRef run, List<ObjectInfo> objects) {
    public RunListing {
        objects = List.copyOf(objects);
    }

    /** Every run of every team, by one listing of the store. */
    public static List<RunListing> all(ObjectStore store) throws IOException {
        Map<RunRef, List<ObjectInfo>> byRun = new LinkedHashMap<>();
        for (ObjectInfo object : store.list(RunKeys.teams())) {
            RunKeys.runOf(object.key())
                    .ifPresent(run ->
                            byRun.computeIfAbsent(run, _ -> new ArrayList<>()).add(object));
        }
        return byRun.entrySet().stream()
                .map(entry -> new RunListing(entry.getKey(), entry.getValue()))
                .toList();
    }

    public RunKeys keys() {
        return new RunKeys(run);
    }

    public boolean has(String key) {
        return find(key).isPresent();
    }

    public Optional<ObjectInfo> find(String key) {
        return objects.stream().filter(object -> object.key().equals(key)).findFirst();
    }

    /** When anything was last written. */
    public Instant lastActivity() {
        return objects.stream()
                .map(ObjectInfo::modified)
                .max(Instant::compareTo)
                .orElse(Instant.EPOCH);
    }
}
