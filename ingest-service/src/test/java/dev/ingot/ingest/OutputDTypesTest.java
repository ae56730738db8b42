package dev.ingot.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingot.checkpoint.DType;
import dev.ingot.pipeline.request.RunRequest.OutputDType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutputDTypesTest {
    @ParameterizedTest
    @CsvSource({
        "AUTO, model.norm.weight, F32, F32",
        "AUTO, model.norm.weight, BF16, BF16",
        "FLOAT16, model.norm.weight, F32, F16",
        "FLOAT16, model.norm.weight, BF16, F16",
        "FLOAT32, model.norm.weight, F16, F32",
        "BFLOAT16, model.layers.3.mixer.A_log, F32, F32",
        "FLOAT16, model.layers.3.mlp.gate.e_score_correction_bias, F32, F32",
        "BFLOAT16, model.layers.0.self_attn.sinks, F32, F32",
        "FLOAT16, model.layers.0.self_attn.sinks, BF16, F16",
        "FLOAT16, model.layers.0.position_ids, I64, I64",
        "BFLOAT16, model.mask, BOOL, BOOL"
    })
    void everyTensorHasItsDtype(OutputDType requested, String parameter, DType recorded, DType expected) {
        assertEquals(expected, new OutputDTypes(requested).of(parameter, recorded));
    }
}
