package dev.ingot.ingest;

import dev.ingot.checkpoint.DType;
import dev.ingot.pipeline.request.RunRequest.OutputDType;
import java.util.List;

/** Which dtype each output tensor is written in. */
record OutputDTypes(OutputDType requested) {
    /** Parameters that models keep in float32 on purpose. */
    private static final List<String> FLOAT32_BY_NAME =
            List.of("A_log", "e_score_correction_bias", "dt_bias", "D", "expert_bias");

    /** {@code recorded} for auto, for whole numbers and flags, and for parameters that are float32 by name; else what was asked for. */
    DType of(String parameter, DType recorded) {
        String last = parameter.substring(parameter.lastIndexOf('.') + 1);
        boolean kept = recorded == DType.F32 && FLOAT32_BY_NAME.contains(last);
        return recorded.isMergeable() && !kept ? requested(recorded) : recorded;
    }

    private DType requested(DType recorded) {
        return switch (requested) {
            case AUTO -> recorded;
            case FLOAT16 -> DType.F16;
            case BFLOAT16 -> DType.BF16;
            case FLOAT32 -> DType.F32;
        };
    }
}
