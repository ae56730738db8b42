package dev.ingot.pipeline.work;

import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.report.Verdict;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.store.ObjectInfo;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.RunKeys;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The documents of a run as they stand in the store now. Empty means that there is none yet. IOException means that the store failed;
 * {@link dev.ingot.pipeline.codec.UnreadableDocument} that another version of Ingot wrote what this one does not read.
 */
public final class RunFiles {
    private static final String JSON = ".json";

    private final ObjectStore store;

    public RunFiles(ObjectStore store) {
        this.store = store;
    }

    public Optional<RunRequest> request(RunRef run) throws IOException {
        return read(new RunKeys(run).request(), RunRequest.class);
    }

    public Optional<Plan> plan(RunRef run) throws IOException {
        return read(new RunKeys(run).plan(), Plan.class);
    }

    /**
     * Every plan of a run, in the order of {@link dev.ingot.pipeline.request.BaseForms}; none where there is no plan yet. Shards are numbered through all of
     * them. Whole as soon as ingest has its marker.
     */
    public List<Plan> plans(RunRef run) throws IOException {
        Optional<Plan> first = plan(run);
        return first.isEmpty()
                ? List.of()
                : Stream.concat(first.stream(), originalPlan(run).stream()).toList();
    }

    /** The plan that a shard belongs to. */
    public Optional<Plan> plan(RunRef run, int shard) throws IOException {
        Optional<Plan> first = plan(run);
        return first.isEmpty() || first.get().hasShard(shard) ? first : originalPlan(run);
    }

    private Optional<Plan> originalPlan(RunRef run) throws IOException {
        return read(new RunKeys(run).originalPlan(), Plan.class);
    }

    /** Where a plan of a run stands. */
    public static String key(Plan plan) {
        RunKeys keys = new RunKeys(plan.run());
        return plan.firstShard() == 1 ? keys.plan() : keys.originalPlan();
    }

    public Optional<Marker> marker(TaskId task) throws IOException {
        return read(new RunKeys(task.run()).done(task), Marker.class);
    }

    /** Ids of the tasks that have a marker, by one listing. */
    public Set<String> done(RunRef run) throws IOException {
        String folder = new RunKeys(run).doneFolder();
        return store.list(folder).stream()
                .map(ObjectInfo::key)
                .filter(key -> key.endsWith(JSON))
                .map(key -> key.substring(folder.length(), key.length() - JSON.length()))
                .collect(Collectors.toUnmodifiableSet());
    }

    public Optional<Report> report(RunRef run) throws IOException {
        return read(new RunKeys(run).report(), Report.class);
    }

    /** How the run ended; empty while it is open. */
    public Optional<Verdict> verdict(RunRef run) throws IOException {
        return read(new RunKeys(run).result(), Verdict.class);
    }

    /** A document by its key; the key names it in errors. */
    public <T> Optional<T> read(String key, Class<T> type) throws IOException {
        Optional<byte[]> bytes = bytes(key);
        return bytes.map(json -> Documents.read(json, type, key));
    }

    /**
     * Writes a document if its key is free, and says what stands there now: this one, or the one that was first.
     *
     * @throws IOException also when the store shows neither
     */
    public <T> T createOrRead(String key, T document, Class<T> type) throws IOException {
        if (store.createOnce(key, Documents.write(document))) {
            return document;
        }
        return read(key, type).orElseThrow(() -> new IOException(key + " is neither free nor there"));
    }

    private Optional<byte[]> bytes(String key) throws IOException {
        Optional<RangedFile> found = store.open(key);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        try (RangedFile file = found.get()) {
            ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(file.info().size()));
            file.read(0, content);
            return Optional.of(content.array());
        }
    }
}
