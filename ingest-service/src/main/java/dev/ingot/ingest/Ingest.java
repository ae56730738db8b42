package dev.ingot.ingest;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.request.BaseForms;
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
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;

/** The use case: reads the request, opens its sources, writes the plan once. */
public final class Ingest {
    private final RunFiles files;
    private final Planning planning;

    /** Plans from the headers of what a request names. */
    public Ingest(ObjectStore store, FileSets sources) {
        this(request -> plans(request, sources), store);
    }

    private Ingest(Planning planning, ObjectStore store) {
        this.files = new RunFiles(store);
        this.planning = planning;
    }

    /**
     * The plan of each merge that a request asks for, in their order.
     *
     * @throws dev.ingot.checkpoint.RefusedInput as {@link BaseForms}, {@link PinnedRequest} and {@link Planner} refuse
     */
    public static List<Plan> plans(RunRequest request, FileSets sources) throws IOException {
        List<Plan> plans = new ArrayList<>();
        RunRequest exact = PinnedRequest.of(request, sources);
        for (RunRequest form : BaseForms.of(exact)) {
            // The adapters of both merges are the same, whatever a branch does meanwhile.
            RunRequest pinned = form.base().equals(exact.base()) ? form : PinnedRequest.of(form, sources);
            plans.add(new Planner().plan(pinned, sources.open(pinned.base()), AdapterFiles.open(pinned, sources)));
        }
        return plans;
    }

    /** For a run whose plans are made already. */
    public static Ingest of(ObjectStore store, List<Plan> plans) {
        return new Ingest(_ -> plans, store);
    }

    /** Makes a request's plans, or refuses it. */
    @FunctionalInterface
    private interface Planning {
        List<Plan> plans(RunRequest request) throws IOException;
    }

    /** Plans a run. Another attempt that planned it first wins: its plans count. */
    public Planned ingest(RunRef run) throws IOException {
        RunRequest request = files.request(run)
                .orElseThrow(() -> new IOException("the request of run " + run + " is not in the store (yet)"));
        RunKeys keys = new RunKeys(run);
        List<Plan> mine = planning.plans(request);
        Plan first = files.createOrRead(keys.plan(), mine.getFirst(), Plan.class);
        int shards = first.shards().size();
        for (Plan other : mine.subList(1, mine.size())) {
            Plan numbered = other.numberedFrom(shards + 1);
            shards += files.createOrRead(keys.originalPlan(), numbered, Plan.class)
                    .shards()
                    .size();
        }
        return new Planned(ref(keys.plan(), Documents.write(first)), shards);
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
