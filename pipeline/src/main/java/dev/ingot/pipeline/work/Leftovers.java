package dev.ingot.pipeline.work;

import dev.ingot.pipeline.report.Manifest;
import dev.ingot.pipeline.report.Verdict;
import dev.ingot.pipeline.store.ModelKeys;
import dev.ingot.pipeline.store.ObjectInfo;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.RunListing;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/** Data of attempts that came to nothing, once the run is over: neither a marker nor the manifest names it. */
final class Leftovers {
    private static final Logger LOG = Logger.getLogger(Leftovers.class);

    private final ObjectStore store;
    private final RunFiles files;

    Leftovers(ObjectStore store, RunFiles files) {
        this.store = store;
        this.files = files;
    }

    /** The run must be over, and nobody at work on it any more. */
    void remove(RunListing run) throws IOException {
        List<ObjectInfo> data = run.objects().stream()
                .filter(object -> object.key().startsWith(run.keys().allData()))
                .toList();
        if (data.isEmpty()) {
            return;
        }
        Set<String> attempts = namedAttempts(run);
        Set<String> published = publishedKeys(run);
        for (ObjectInfo object : data) {
            if (!attempts.contains(attemptOf(run, object.key())) && !published.contains(object.key())) {
                LOG.infof(
                        "removed what no marker names: run=%s object=%s bytes=%d",
                        run.run(), object.key(), object.size());
                store.delete(object.key());
            }
        }
    }

    /** {@code <task>/<attempt>} of a key under {@code data/}. */
    private static String attemptOf(RunListing run, String key) {
        String[] segments = key.substring(run.keys().allData().length()).split("/", 3);
        return segments.length < 3 ? "" : segments[0] + "/" + segments[1];
    }

    private Set<String> namedAttempts(RunListing run) throws IOException {
        Set<String> named = new HashSet<>();
        for (ObjectInfo object : run.objects()) {
            if (object.key().startsWith(run.keys().doneFolder())) {
                files.read(object.key(), Marker.class).ifPresent(m -> named.add(m.task() + "/" + m.attempt()));
            }
        }
        return named;
    }

    private Set<String> publishedKeys(RunListing run) throws IOException {
        if (!(files.verdict(run.run()).orElseThrow() instanceof Verdict.Published published)) {
            return Set.of();
        }
        String manifest = new ModelKeys(run.run().team(), published.model()).manifest(published.version());
        return files
                .read(manifest, Manifest.class)
                .orElseThrow(() -> new IOException("run " + run.run() + " is published, but there is no " + manifest))
                .files()
                .stream()
                .map(Manifest.ManifestFile::key)
                .collect(Collectors.toUnmodifiableSet());
    }
}
