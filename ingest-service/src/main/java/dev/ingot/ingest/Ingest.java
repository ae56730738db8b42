package dev.ingot.ingest;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.source.AdapterFiles;
import dev.ingot.pipeline.source.FileSets;
import dev.ingot.pipeline.source.hub.PinnedRequest;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.RunKeys;
import dev.ingot.pipeline.work.ObjectRef;
import dev.ingot.pipeline.work.RunFiles;
import dev.ingot.pipeline.work.StageResult.Planned;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/** The use case: reads the request, opens its sources, writes the plan once. */
public final class Ingest {
    private final ObjectStore store;
    private final RunFiles files;
    private final Planning planning;

    /** Plans from the headers of what a request names. */
    public Ingest(ObjectStore store, FileSets sources) {
        this(request -> planned(PinnedRequest.of(request, sources), sources), store);
    }

    private Ingest(Planning planning, ObjectStore store) {
        this.store = store;
        this.files = new RunFiles(store);
        this.planning = planning;
    }

    private static Plan planned(RunRequest request, FileSets sources) throws IOException {
        return new Planner().plan(request, sources.open(request.base()), AdapterFiles.open(request, sources));
    }

    /** For a run whose plan is made already. */
    public static Ingest of(ObjectStore store, Plan plan) {
        return new Ingest(_ -> plan, store);
    }

    /** Makes a request's plan, or refuses it. */
    @FunctionalInterface
    private interface Planning {
        Plan plan(RunRequest request) throws IOException;
    }

    /** Plans a run. Another attempt that planned it first wins: its plan counts. */
    public Planned ingest(RunRef run) throws IOException {
        RunRequest request = files.request(run)
                .orElseThrow(() -> new IOException("the request of run " + run + " is not in the store (yet)"));
        Plan plan = planning.plan(request);
        String key = new RunKeys(run).plan();
        byte[] document = Documents.write(plan);
        if (store.createOnce(key, document)) {
            return new Planned(ref(key, document), plan.shards().size());
        }
        Plan winner = files.plan(run).orElseThrow(() -> new IOException(key + " is neither free nor there"));
        return new Planned(ref(key, Documents.write(winner)), winner.shards().size());
    }

    private static ObjectRef ref(String key, byte[] document) {
        CRC32C crc = new CRC32C();
        crc.update(document);
        return new ObjectRef(key, document.length, sha256(document), (int) crc.getValue());
    }

    private static String sha256(byte[] document) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(document));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
