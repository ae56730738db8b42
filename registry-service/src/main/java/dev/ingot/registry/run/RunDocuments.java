package dev.ingot.registry.run;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.report.Verdict;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.RunListing;
import dev.ingot.pipeline.work.Marker;
import dev.ingot.pipeline.work.RunFiles;
import dev.ingot.pipeline.work.StageResult;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The small documents of a run that views are made of. They are create-once, so one that was read is never read again. Thread-safe. */
@ApplicationScoped
public class RunDocuments {
    private static final int KEPT = 5_000;

    private final RunFiles files;
    private final ConcurrentMap<RunRef, RunRequest> requests = new ConcurrentHashMap<>();
    private final ConcurrentMap<RunRef, Verdict> verdicts = new ConcurrentHashMap<>();
    private final ConcurrentMap<RunRef, Integer> shards = new ConcurrentHashMap<>();

    public RunDocuments(ObjectStore store) {
        this.files = new RunFiles(store);
    }

    /** Reads one document of a run. */
    private interface Reader<T> {
        Optional<T> read() throws IOException;
    }

    RunRequest request(RunListing run) throws IOException {
        return once(requests, run.run(), () -> files.request(run.run()))
                .orElseThrow(() -> new IOException(run.keys().request() + " was listed but is not there"));
    }

    /** How the run ended, once it is over. */
    Optional<Verdict> verdict(RunListing run) throws IOException {
        return run.has(run.keys().result())
                ? once(verdicts, run.run(), () -> files.verdict(run.run()))
                : Optional.empty();
    }

    /** Number of shards, once the plan is made. */
    Optional<Integer> shards(RunListing run) throws IOException {
        TaskId ingest = new TaskId(run.run(), StageName.INGEST, 0);
        return run.has(run.keys().done(ingest))
                ? once(shards, run.run(), () -> files.marker(ingest).flatMap(RunDocuments::planned))
                : Optional.empty();
    }

    private static Optional<Integer> planned(Marker marker) {
        return marker.result() instanceof StageResult.Planned planned
                ? Optional.of(planned.shards())
                : Optional.empty();
    }

    private static <T> Optional<T> once(ConcurrentMap<RunRef, T> kept, RunRef run, Reader<T> reader)
            throws IOException {
        T known = kept.get(run);
        if (known != null) {
            return Optional.of(known);
        }
        Optional<T> read = reader.read();
        if (kept.size() >= KEPT) {
            kept.clear();
        }
        read.ifPresent(value -> kept.put(run, value));
        return read;
    }
}
