package dev.ingot.pipeline.work;

import dev.ingot.pipeline.source.hub.HubAddress;
import dev.ingot.pipeline.source.hub.HubCache;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.RunListing;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;

/** What the plans of runs that have not ended read from a hub. */
public final class RunningDownloads {
    private RunningDownloads() {}

    /** Names of the files in the hub's cache, as {@link HubCache#nameOf} gives them. */
    public static Set<String> names(ObjectStore store) throws IOException {
        RunFiles files = new RunFiles(store);
        Set<String> names = new TreeSet<>();
        for (RunListing run : RunListing.all(store)) {
            boolean runs = run.has(run.keys().plan()) && !run.has(run.keys().result());
            if (runs) {
                files.plans(run.run()).stream()
                        .flatMap(plan -> plan.inputs().stream())
                        .filter(input -> HubAddress.isOne(input.location()))
                        .forEach(input -> names.add(HubCache.nameOf(input.identity())));
            }
        }
        return names;
    }
}
