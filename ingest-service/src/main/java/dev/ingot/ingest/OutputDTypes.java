package dev.ingot.ingest;

import dev.ingot.checkpoint.DType;
import dev.ingot.pipeline.request.RunRequest.OutputDType;
import java.util.Set;

/** Which dtype each output tensor is written in. */
record OutputDTypes(OutputDType requested) {
    /**
     * Parameters that models keep in float32 on purpose: those of transformers' {@code _keep_in_fp32_modules} and {@code …_strict} whose own
     * names say so. Modules that it keeps for single model types under names that others use too (norms, gates, T5's {@code wo}) are not.
     */
    private static final Set<String> FLOAT32_BY_NAME = Set.of(
            "A_log",
            "D",
            "dt_bias",
            "e_score_correction_bias",
            "expert_bias",
            "global_scale",
            "hc_base",
            "hc_fn",
            "hc_scale",
            "latent_mean",
            "latent_std",
            "query_tokens",
            "sinks",
            "time_decay",
            "time_first");

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
