package dev.ingot.standalone.stages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.arithmetic.Ulp;
import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.pipeline.source.FolderFiles;
import dev.ingot.standalone.stages.StagedMerge.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole merges against files that PEFT and bitsandbytes wrote, and the two ways to dequantize against each other. */
@Timeout(120)
class MergeOracleTest {
    private static final Path FIXTURES = Path.of("../checkpoint/src/test/resources/fixtures");
    private static final Path DEMO = Path.of("../demo");

    static Stream<String> adaptersThatPeftMerged() throws Exception {
        try (Stream<Path> folders = Files.list(FIXTURES.resolve("adapters"))) {
            return folders
                    .map(folder -> folder.getFileName().toString())
                    .filter(name -> Files.exists(FIXTURES.resolve("expected/" + name + ".safetensors")))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("adaptersThatPeftMerged")
    void mergedTensorsAreAtMostOneUlpFromPeftsAndNearlyAllEqual(String adapter) throws Exception {
        Path folder = FIXTURES.resolve("adapters").resolve(adapter);
        StagedMerge merge = new StagedMerge(FIXTURES.resolve(baseOf(folder)), folder);
        Map<String, Tensor> found = merge.tensors(merge.fused());
        try (var file = FolderFiles.of(FIXTURES.resolve("expected"))
                .open(adapter + ".safetensors")
                .orElseThrow()) {
            Map<String, Tensor> expected = StagedMerge.read(file);
            assertTrue(!expected.isEmpty());
            for (Map.Entry<String, Tensor> tensor : expected.entrySet()) {
                requireClose(tensor.getKey(), tensor.getValue(), found.get(tensor.getKey()));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"jargon-lora", "jargon-lora-ends"})
    void theSameBytesComeOutWhetherDequantWroteShardsOrItsKernelRanInMerge(String adapter) throws Exception {
        StagedMerge merge = new StagedMerge(DEMO.resolve("base-nf4"), DEMO.resolve(adapter));
        assertTrue(merge.plan().shards().size() > 1);
        var fused = merge.fused();
        var stored = merge.stored();
        for (int i = 0; i < fused.size(); i++) {
            assertEquals(fused.get(i).object().crc32c(), stored.get(i).object().crc32c());
            assertEquals(fused.get(i).tensors(), stored.get(i).tensors());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nan", "infinite", "overflows"})
    void anAdapterWhoseNumbersAreNotFiniteIsRefused(String damage) throws Exception {
        Path folder = FIXTURES.resolve("damaged").resolve(damage);
        Path base = FIXTURES.resolve(baseOf(folder));
        RefusedInput refused = assertThrows(RefusedInput.class, () -> new StagedMerge(base, folder).fused());
        assertEquals(damage.equals("overflows") ? "merge.float16-overflow" : "adapter.non-finite", refused.code());
    }

    private static String baseOf(Path adapter) throws Exception {
        String named = Json.parseObject(
                        Files.readAllBytes(adapter.resolve("adapter_config.json")), "adapter_config.json")
                .text("base_model_name_or_path")
                .orElseThrow();
        return named.substring(named.lastIndexOf('/') + 1);
    }

    private static void requireClose(String name, Tensor expected, Tensor found) {
        assertTrue(found != null, name + " is missing");
        DType dtype = expected.entry().dtype();
        assertEquals(dtype, found.entry().dtype(), name);
        assertEquals(expected.entry().shape(), found.entry().shape(), name);
        ByteBuffer wanted = expected.bytes().order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer given = found.bytes().order(ByteOrder.LITTLE_ENDIAN);
        long count = expected.entry().shape().elements();
        long equal = 0;
        for (long i = 0; i < count; i++) {
            int a = dtype == DType.F32 ? wanted.getInt() : Short.toUnsignedInt(wanted.getShort());
            int b = dtype == DType.F32 ? given.getInt() : Short.toUnsignedInt(given.getShort());
            long distance = Ulp.between(dtype, a, b);
            assertTrue(distance <= 1, name + " at " + i + ": " + distance + " ulp");
            equal += distance == 0 ? 1 : 0;
        }
        assertTrue(equal >= 0.999 * count, name + ": only " + equal + " of " + count + " are equal");
    }
}
