package dev.ingot.ingest;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.request.RunRequest.OutputDType;
import dev.ingot.pipeline.request.RunRequest.TiePolicy;
import dev.ingot.pipeline.request.RunRequest.TrainedOn;
import dev.ingot.pipeline.request.RunRequest.ValidationLevel;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Requests for tests. */
final class Requests {
    private Requests() {}

    static RunRequest plain() {
        return with(OutputDType.AUTO, TiePolicy.AUTO, TrainedOn.UNDECLARED, RunRequest.DEFAULT_MAX_SHARD_BYTES);
    }

    static RunRequest withoutAdapter(OutputDType dtype) {
        return request(null, dtype, TiePolicy.AUTO, TrainedOn.UNDECLARED, RunRequest.DEFAULT_MAX_SHARD_BYTES);
    }

    static RunRequest with(OutputDType dtype, TiePolicy tie, TrainedOn trainedOn, long maxShardBytes) {
        return request("file:///adapter", dtype, tie, trainedOn, maxShardBytes);
    }

    private static RunRequest request(
            @Nullable String adapter, OutputDType dtype, TiePolicy tie, TrainedOn trainedOn, long maxShardBytes) {
        return new RunRequest(
                1,
                new RunRef("team", "run"),
                "model",
                "file:///base",
                adapter,
                trainedOn,
                null,
                RunRequest.MergeBase.TRAINED,
                false,
                dtype,
                tie,
                ValidationLevel.OFF,
                maxShardBytes,
                Map.of(),
                false,
                "test",
                Instant.EPOCH);
    }
}
