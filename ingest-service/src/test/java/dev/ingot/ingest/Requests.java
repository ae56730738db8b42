package dev.ingot.ingest;

import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.request.RunRequest;
import dev.ingot.pipeline.request.RunRequest.MergeBase;
import dev.ingot.pipeline.request.RunRequest.OutputDType;
import dev.ingot.pipeline.request.RunRequest.TiePolicy;
import dev.ingot.pipeline.request.RunRequest.TrainedOn;
import dev.ingot.pipeline.request.RunRequest.ValidationLevel;
import java.time.Instant;
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

    static RunRequest withoutAdapter(String quantizationConfig) {
        return request(
                null,
                OutputDType.AUTO,
                TiePolicy.AUTO,
                TrainedOn.QUANTIZED_WHILE_LOADING,
                quantizationConfig,
                MergeBase.TRAINED,
                RunRequest.DEFAULT_MAX_SHARD_BYTES);
    }

    static RunRequest with(OutputDType dtype, TiePolicy tie, TrainedOn trainedOn, long maxShardBytes) {
        return request("file:///adapter", dtype, tie, trainedOn, maxShardBytes);
    }

    /** Of a base that training quantized while loading it. */
    static RunRequest quantized(@Nullable String config, MergeBase mergeBase) {
        return request(
                "file:///adapter",
                OutputDType.AUTO,
                TiePolicy.AUTO,
                TrainedOn.QUANTIZED_WHILE_LOADING,
                config,
                mergeBase,
                RunRequest.DEFAULT_MAX_SHARD_BYTES);
    }

    /** The base alone, as training quantized it while loading it. */
    static RunRequest quantizedAlone(String config) {
        return request(
                null,
                OutputDType.AUTO,
                TiePolicy.AUTO,
                TrainedOn.QUANTIZED_WHILE_LOADING,
                config,
                MergeBase.TRAINED,
                RunRequest.DEFAULT_MAX_SHARD_BYTES);
    }

    /** Undeclared, onto this base. */
    static RunRequest onto(MergeBase mergeBase) {
        return request(
                "file:///adapter",
                OutputDType.AUTO,
                TiePolicy.AUTO,
                TrainedOn.UNDECLARED,
                null,
                mergeBase,
                RunRequest.DEFAULT_MAX_SHARD_BYTES);
    }

    private static RunRequest request(
            @Nullable String adapter, OutputDType dtype, TiePolicy tie, TrainedOn trainedOn, long maxShardBytes) {
        return request(adapter, dtype, tie, trainedOn, null, MergeBase.TRAINED, maxShardBytes);
    }

    private static RunRequest request(
            @Nullable String adapter,
            OutputDType dtype,
            TiePolicy tie,
            TrainedOn trainedOn,
            @Nullable String quantizationConfig,
            MergeBase mergeBase,
            long maxShardBytes) {
        return RunRequest.builder(new RunRef("team", "run"), "model", "file:///base")
                .adapter(adapter)
                .trainedOn(trainedOn)
                .quantizationConfig(quantizationConfig)
                .mergeBase(mergeBase)
                .dtype(dtype)
                .tie(tie)
                .validate(ValidationLevel.OFF)
                .maxShardBytes(maxShardBytes)
                .submitted("test", Instant.EPOCH)
                .build();
    }
}
