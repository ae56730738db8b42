package dev.ingot.ingest;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.request.RunRequest.OutputDType;
import dev.ingot.pipeline.request.RunRequest.TiePolicy;
import dev.ingot.pipeline.request.RunRequest.TrainedOn;
import dev.ingot.pipeline.request.RunRequest.ValidationLevel;
import java.time.Instant;
import java.util.Map;

/** Requests for tests. */
final class Requests {
    private Requests() {}

    static RunRequest plain() {
        return with(OutputDType.AUTO, TiePolicy.AUTO, TrainedOn.UNDECLARED, RunRequest.DEFAULT_MAX_SHARD_BYTES);
    }

    static RunRequest with(OutputDType dtype, TiePolicy tie, TrainedOn trainedOn, long maxShardBytes) {
        return new RunRequest(
                1,
                new RunRef("team", "run"),
                "model",
                "file:///base",
                "file:///adapter",
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
