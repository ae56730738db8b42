package dev.ingot.merge;

import dev.ingot.checkpoint.safetensors.ShardIndex;
import dev.ingot.checkpoint.safetensors.TensorSpec;
import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.digest.StreamDigest;
import dev.ingot.pipeline.plan.CarriedFile;
import dev.ingot.pipeline.plan.OutputShard;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.ObjectUpload;
import dev.ingot.pipeline.store.RunKeys;
import dev.ingot.pipeline.tile.PlanInputs;
import dev.ingot.pipeline.work.Attempt;
import dev.ingot.pipeline.work.ObjectRef;
import dev.ingot.pipeline.work.StageResult.NamedObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The files beside the shards: config.json as the plan has it, the index where there is more than one shard, and what is carried over as it is.
 * Written under the attempt; the marker names them.
 */
final class CheckpointFiles {
    private static final int CHUNK = 1 << 18;

    private final ObjectStore store;
    private final Plan plan;
    private final PlanInputs inputs;
    private final Attempt attempt;
    private final List<NamedObject> written = new ArrayList<>();

    CheckpointFiles(ObjectStore store, Plan plan, PlanInputs inputs, Attempt attempt) {
        this.store = store;
        this.plan = plan;
        this.inputs = inputs;
        this.attempt = attempt;
    }

    /** Writes all of them. */
    List<NamedObject> write() throws IOException {
        writeText("config.json", plan.config());
        if (plan.shards().size() > 1) {
            writeText(ShardIndex.FILE, index());
        }
        for (CarriedFile carried : plan.carried()) {
            carry(carried);
        }
        return written;
    }

    private String index() {
        Map<String, List<TensorSpec>> byFile = new LinkedHashMap<>();
        for (OutputShard shard : plan.shards()) {
            byFile.put(
                    shard.file(),
                    shard.tensors().stream()
                            .map(tensor -> new TensorSpec(tensor.name(), tensor.dtype(), tensor.shape()))
                            .toList());
        }
        return ShardIndex.write(byFile);
    }

    private void writeText(String name, String text) throws IOException {
        try (ObjectUpload upload = store.upload(key(name))) {
            StreamDigest digest = StreamDigest.forRun(plan.provenance());
            append(upload, digest, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
            complete(name, upload, digest);
        }
    }

    private void carry(CarriedFile carried) throws IOException {
        RangedFile file = inputs.file(carried.input());
        long size = file.info().size();
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        try (ObjectUpload upload = store.upload(key(carried.name()))) {
            StreamDigest digest = StreamDigest.forRun(plan.provenance());
            for (long at = 0; at < size; at += CHUNK) {
                chunk.clear().limit((int) Math.min(CHUNK, size - at));
                file.read(at, chunk);
                append(upload, digest, chunk.flip());
            }
            complete(carried.name(), upload, digest);
        }
    }

    private static void append(ObjectUpload upload, StreamDigest digest, ByteBuffer bytes) throws IOException {
        digest.update(bytes);
        upload.write(bytes);
    }

    private void complete(String name, ObjectUpload upload, StreamDigest digest) throws IOException {
        String key = upload.complete().key();
        int crc32c = digest.crc32c();
        written.add(new NamedObject(name, new ObjectRef(key, digest.bytes(), digest.sha256(), crc32c)));
    }

    /** Keys are narrower than file names: what a key cannot hold is replaced, and a number keeps such names apart. */
    private String key(String name) {
        String plain = name.replaceAll("[^A-Za-z0-9._/-]", "_");
        String file = plain.equals(name) ? name : written.size() + "-" + plain;
        return new RunKeys(plan.run()).data(attempt.task(), attempt.id(), file);
    }
}
