package dev.ingot.checkpoint.loading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.loading.QuantizationScheme.EightBit;
import dev.ingot.checkpoint.loading.QuantizationScheme.FourBit;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainingQuantizationTest {
    @ParameterizedTest
    @CsvSource({"nf4, nf4, false", "nf4-double, nf4, true", "fp4, fp4, false", "fp4-double, fp4, true"})
    void aReadyNameStandsForAConfig(String name, String type, boolean twice) {
        assertEquals(new FourBit(type, twice), TrainingQuantization.read(name).scheme());
    }

    @Test
    void whatIsLeftOutHasTransformersDefaults() {
        TrainingQuantization read = TrainingQuantization.read("{\"load_in_4bit\": true}");
        assertEquals(new FourBit("fp4", false), read.scheme());
        assertEquals(Optional.empty(), read.skipModules());
        assertEquals(Optional.empty(), read.dtype());
        assertEquals(Optional.empty(), read.generation());
        assertFalse(read.dtypeOfConfig());
    }

    @Test
    void aConfigAsTransformersWritesItIsReadWithWhatStandsBesideIt() {
        TrainingQuantization read = TrainingQuantization.read("""
                {"model_type": "llama", "dtype": "bfloat16", "transformers_version": "5.23.0", "quantization_config":
                {"_load_in_4bit": true, "_load_in_8bit": false, "bnb_4bit_compute_dtype": "bfloat16", "bnb_4bit_quant_storage": "uint8",
                "bnb_4bit_quant_type": "nf4", "bnb_4bit_use_double_quant": true, "llm_int8_enable_fp32_cpu_offload": false,
                "llm_int8_has_fp16_weight": false, "llm_int8_skip_modules": ["lm_head"], "llm_int8_threshold": 6.0,
                "load_in_4bit": true, "load_in_8bit": false, "quant_method": "bitsandbytes"}}""");
        assertEquals(new FourBit("nf4", true), read.scheme());
        assertEquals(Optional.of(List.of("lm_head")), read.skipModules());
        assertEquals(Optional.of(DType.BF16), read.dtype());
        assertEquals(Optional.of(TransformersGeneration.V5), read.generation());
    }

    @Test
    void aBareConfigMayHaveDTypeAndVersionBesideItsOwnMembers() {
        TrainingQuantization read = TrainingQuantization.read(
                "{\"load_in_8bit\": true, \"torch_dtype\": \"torch.float16\", \"transformers_version\": \"4.57.6\"}");
        assertEquals(new EightBit(), read.scheme());
        assertEquals(Optional.of(DType.F16), read.dtype());
        assertEquals(Optional.of(TransformersGeneration.V4), read.generation());
    }

    @Test
    void autoIsTheDTypeOfTheBasesConfig() {
        TrainingQuantization read = TrainingQuantization.read("{\"load_in_4bit\": true, \"dtype\": \"auto\"}");
        assertEquals(Optional.empty(), read.dtype());
        assertTrue(read.dtypeOfConfig());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "nf5 | quantization-config.name",
                "{} | quantization-config.bits",
                "{\"load_in_4bit\": false} | quantization-config.bits",
                "{\"load_in_4bit\": true, \"load_in_8bit\": true} | quantization-config.bits",
                "{\"load_in_4bit\": true, \"_load_in_4bit\": false} | quantization-config.bits",
                "{\"load_in_4bit\": \"yes\"} | quantization-config.value",
                "{\"load_in_4bit\": true, \"bnb_4bit_quant_type\": \"int4\"} | quantization-config.quant-type",
                "{\"load_in_4bit\": true, \"bnb_4bit_use_double_quant\": 1} | quantization-config.value",
                "{\"load_in_4bit\": true, \"bnb_4bit_compute_dtype\": \"half\"} | quantization-config.value",
                "{\"load_in_4bit\": true, \"llm_int8_threshold\": \"6\"} | quantization-config.value",
                "{\"load_in_4bit\": true, \"llm_int8_skip_modules\": \"lm_head\"} | quantization-config.value",
                "{\"load_in_4bit\": true, \"bnb_4bit_blocksize\": 128} | quantization-config.unknown-member",
                "{\"load_in_4bit\": true, \"dtype\": \"int8\"} | quantization-config.value",
                "{\"load_in_4bit\": true, \"dtype\": \"float16\", \"torch_dtype\": \"bfloat16\"} | quantization-config.dtype",
                "{\"load_in_4bit\": true, \"transformers_version\": \"3.1\"} | quantization-config.value",
                "{\"load_in_8bit\": true, \"llm_int8_has_fp16_weight\": true} | quantization-config.fp16-weight",
                "{\"bits\": 4, \"quant_method\": \"gptq\"} | quantization-config.unknown-member",
                "{\"load_in_4bit\": true, \"quant_method\": \"gptq\"} | quantization-config.method",
                "{\"model_type\": \"llama\"} | quantization-config.absent",
                "{\"load_in_4bit\": true | json.malformed",
            })
    void whatContradictsItselfOrNobodyKnowsIsRefusedByName(String text, String code) {
        assertEquals(
                code,
                assertThrows(RefusedInput.class, () -> TrainingQuantization.read(text))
                        .code());
    }
}
