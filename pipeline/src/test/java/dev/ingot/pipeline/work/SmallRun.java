package dev.ingot.pipeline.work;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.event.EventHeader;
import dev.ingot.pipeline.plan.BaseStatement;
import dev.ingot.pipeline.plan.Estimate;
import dev.ingot.pipeline.plan.OutputShard;
import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.plan.TensorRef;
import dev.ingot.pipeline.plan.TyingDecision;
import dev.ingot.pipeline.plan.Value;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.ObjectUpload;
import dev.ingot.pipeline.store.RunKeys;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A run of two shards, the first quantized. */
final class SmallRun {
    static final RunRef RUN = new RunRef("support", "run-7");
    static final RunKeys KEYS = new RunKeys(RUN);
    static final Worker WORKER = new Worker("worker-1", "0.1.0");

    private SmallRun() {}

    static EventHeader header() {
        return EventHeader.now(RUN, Clock.systemUTC());
    }

    static RunRequest request() {
        return RunRequest.builder(RUN, "support-llama", "file:///models/base")
                .adapter("file:///adapters/run-7")
                .trainedOn(RunRequest.TrainedOn.BASE_AS_STORED)
                .validate(RunRequest.ValidationLevel.SMOKE)
                .submitted("test", Instant.EPOCH)
                .build();
    }

    static Plan plan() {
        TensorRef ref = new TensorRef(0, "w", DType.U8, Shape.of(64), 0, 64);
        Value packed = new Value.Packed4Bit(ref, "nf4", 64, false, ref, Optional.empty(), DType.BF16, Shape.of(128));
        Value stored = new Value.Stored(ref, DType.U8);
        return new Plan(
                Plan.SCHEMA,
                RUN,
                "llama",
                "LlamaForCausalLM",
                List.of(),
                List.of(
                        new OutputShard(
                                1, "a", List.of(new OutputTensor("a", DType.BF16, packed.shape(), packed, List.of()))),
                        new OutputShard(
                                2, "b", List.of(new OutputTensor("b", DType.U8, stored.shape(), stored, List.of())))),
                List.of(),
                new TyingDecision(false, false, "", "", "", List.of()),
                new BaseStatement(BaseStatement.Kind.PACKED, true, ""),
                List.of(),
                "{}",
                List.of(),
                List.of(),
                "",
                new Estimate(0, 0, 0),
                false,
                List.of());
    }

    static ObjectRef ref(String key, long size) {
        return new ObjectRef(key, size, "", 0);
    }

    /** Stands as if written by the task's stage. */
    static void markDone(ObjectStore store, String task, String attempt, StageResult result) throws IOException {
        Marker marker = new Marker(task, attempt, "other", "0.1.0", Instant.EPOCH, Duration.ZERO, result);
        store.createOnce(KEYS.doneFolder() + task + ".json", Documents.write(marker));
    }

    static ObjectRef upload(ObjectStore store, String key) throws IOException {
        try (ObjectUpload upload = store.upload(key)) {
            upload.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
            return ref(key, upload.complete().size());
        }
    }
}
