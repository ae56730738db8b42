package dev.ingot.standalone.stages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.pipeline.digest.StreamDigest;
import dev.ingot.pipeline.request.RunRequest.OutputDType;
import dev.ingot.standalone.stages.StagedMerge.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every quantized format and oddity, bit for bit: checkpoints that bitsandbytes and transformers wrote, and what their tensors are worth by these tools,
 * or by the formula of bitsandbytes' CUDA kernels where the tools are wrong on a CPU; conformance/fixtures/quantized.py made both.
 */
@Timeout(60)
class QuantizedMatrixTest {
    private static final Path MATRIX = Path.of("../checkpoint/src/test/resources/quantized");
    private static final JsonObject VARIANTS = variants();

    private static JsonObject variants() {
        try {
            return Json.parseObject(Files.readAllBytes(MATRIX.resolve("expected.json")), "expected.json")
                    .object("variants")
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Stream<Arguments> variantsAndDTypes() {
        return VARIANTS.members().keySet().stream()
                .flatMap(name -> Arrays.stream(OutputDType.values()).map(dtype -> Arguments.of(name, dtype)));
    }

    @ParameterizedTest(name = "{0} as {1}")
    @MethodSource("variantsAndDTypes")
    void everyTensorIsWhatTrainingSaw(String variant, OutputDType dtype) throws Exception {
        Map<String, JsonObject> expected = expected(variant);
        if (overflows(expected, dtype)) {
            RefusedInput refused =
                    assertThrows(RefusedInput.class, () -> of(variant, dtype).inOneProcess());
            assertEquals("base.float16-overflow", refused.code());
            return;
        }
        StagedDequantization dequantization = of(variant, dtype);
        requireEqual(expected, dtype, dequantization.inOneProcess());
        requireEqual(expected, dtype, dequantization.throughShards());
    }

    private static StagedDequantization of(String variant, OutputDType dtype) throws Exception {
        Path folder = MATRIX.resolve(variant);
        Path config = folder.resolve("quantization.json");
        return new StagedDequantization(
                folder,
                dtype,
                VARIANTS.object(variant)
                        .flatMap(json -> json.bool("swapNibbles"))
                        .orElseThrow(),
                Files.exists(config) ? Files.readString(config) : null);
    }

    private static Map<String, JsonObject> expected(String variant) {
        JsonObject tensors =
                VARIANTS.object(variant).flatMap(json -> json.object("tensors")).orElseThrow();
        Map<String, JsonObject> expected = new TreeMap<>();
        tensors.members()
                .keySet()
                .forEach(name -> expected.put(name, tensors.object(name).orElseThrow()));
        return expected;
    }

    /** Whether a value does not fit into the dtype: then nothing is written down for it. */
    private static boolean overflows(Map<String, JsonObject> expected, OutputDType dtype) {
        return expected.values().stream()
                .anyMatch(tensor -> tensor.text(key(tensor, dtype)).isEmpty());
    }

    private static String key(JsonObject tensor, OutputDType dtype) {
        return switch (dtype) {
            case AUTO -> tensor.text("dtype").orElseThrow();
            case FLOAT16 -> "float16";
            case BFLOAT16 -> "bfloat16";
            case FLOAT32 -> "float32";
        };
    }

    private static void requireEqual(Map<String, JsonObject> expected, OutputDType dtype, Map<String, Tensor> found) {
        assertEquals(expected.keySet(), found.keySet());
        assertTrue(!found.isEmpty());
        expected.forEach((name, tensor) -> {
            Tensor written = found.get(name);
            String key = key(tensor, dtype);
            List<Long> shape = tensor.array("shape").flatMap(JsonArray::wholes).orElseThrow();
            assertEquals(DType.ofTorchName(key).orElseThrow(), written.entry().dtype(), name);
            assertEquals(shape, written.entry().shape().dims(), name);
            String digest = StreamDigest.of(StreamDigest.Algorithm.SHA256)
                    .update(written.bytes().array())
                    .sha256();
            assertEquals(tensor.text(key).orElseThrow(), digest.substring(0, 32), name);
        });
    }
}
