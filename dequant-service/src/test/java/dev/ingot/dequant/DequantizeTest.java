package dev.ingot.dequant;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.dequant.gpu.CpuEngine;
import dev.ingot.pipeline.StageName;
import dev.ingot.pipeline.TaskId;
import dev.ingot.pipeline.codec.Documents;
import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.plan.TensorRef;
import dev.ingot.pipeline.plan.Value.Packed4Bit;
import dev.ingot.pipeline.source.Sources;
import dev.ingot.pipeline.store.RunKeys;
import dev.ingot.pipeline.store.memory.MemoryStore;
import dev.ingot.pipeline.tile.StoredTileSources;
import dev.ingot.pipeline.tile.TileSource;
import dev.ingot.pipeline.work.Attempt;
import dev.ingot.pipeline.work.Marker;
import dev.ingot.pipeline.work.Progress;
import dev.ingot.pipeline.work.StageResult.DequantizedShard;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DequantizeTest {
    private static final String FILE = "four-bit.safetensors";
    private static final DequantConfig CONFIG = new DequantConfig(2, 1 << 18);

    private final MemoryStore store = new MemoryStore();
    private final Sources sources = Sources.anyFolder();

    @TempDir
    private Path folder;

    @BeforeEach
    void copyOracle() throws IOException {
        Files.copy(Path.of("src/test/resources/oracle", FILE), folder.resolve(FILE));
    }

    @Test
    void anotherRunOnTheSameBaseFindsTheShardAndReadsNothing() throws Exception {
        DequantizedShard first = dequantize(plan("one", folder), CONFIG);
        DequantizedShard second = dequantize(plan("two", folder), CONFIG);
        assertFalse(first.fromCache());
        assertTrue(first.bytesRead() > 0);
        assertTrue(second.fromCache());
        assertEquals(0, second.bytesRead());
        assertEquals(first.object(), second.object());
        assertEquals(first.sourceDigest(), second.sourceDigest());
    }

    @Test
    void theSameBytesElsewhereBecomeTheSameObjectAndLeaveNoSecondOne() throws Exception {
        Path copy = Files.createDirectory(folder.resolve("copy"));
        Files.copy(folder.resolve(FILE), copy.resolve(FILE));
        DequantizedShard first = dequantize(plan("one", folder), CONFIG);
        DequantizedShard second = dequantize(plan("two", copy), CONFIG);
        assertEquals(first.object(), second.object());
        assertTrue(second.fromCache());
        assertEquals(1, store.list("teams/team/dequantized/data/").size());
    }

    @Test
    void otherSourceBytesBecomeAnotherObject() throws Exception {
        DequantizedShard first = dequantize(plan("one", folder), CONFIG);
        byte[] content = Files.readAllBytes(folder.resolve(FILE));
        Packed4Bit value = anyValue(plan("one", folder));
        content[(int) value.packed().offset()] ^= 0x30;
        Files.write(folder.resolve(FILE), content);
        DequantizedShard second = dequantize(plan("two", folder), CONFIG);
        assertNotEquals(first.sourceDigest(), second.sourceDigest());
        assertNotEquals(first.object().crc32c(), second.object().crc32c());
    }

    @Test
    void anEntryWhoseObjectIsGoneIsMadeAgain() throws Exception {
        DequantizedShard first = dequantize(plan("one", folder), CONFIG);
        store.delete(first.object().key());
        DequantizedShard second = dequantize(plan("two", folder), CONFIG);
        assertFalse(second.fromCache());
        assertTrue(store.open(second.object().key()).isPresent());
    }

    @Test
    void objectAndDigestsAreTheSameForAnyTilingAndAnyNumberOfThreads() throws Exception {
        DequantizedShard expected = dequantize(plan("one", folder), CONFIG);
        for (int tile : new int[] {2, 66, 1000}) {
            MemoryStore other = new MemoryStore();
            Plan plan = plan("one", folder);
            DequantizedShard shard = new Dequantize(other, sources, new DequantConfig(tile % 3 + 1, tile))
                    .dequantize(plan, 1, attempt(plan));
            assertEquals(expected.object().crc32c(), shard.object().crc32c());
            assertEquals(expected.sourceDigest(), shard.sourceDigest());
            assertEquals(expected.bytesRead(), shard.bytesRead());
        }
    }

    @Test
    void mergeGetsTheSameBytesFromTheShardAsFromTheKernel() throws Exception {
        Plan plan = plan("one", folder);
        commit(plan, dequantize(plan, CONFIG));
        try (TileSource stored = new StoredTileSources(store, sources).open(plan, 1);
                TileSource kernel = KernelTiles.sources(sources).open(plan, 1)) {
            for (OutputTensor tensor : plan.outputs()) {
                assertArrayEquals(bytes(kernel, tensor), bytes(stored, tensor), tensor.name());
                assertArrayEquals(floats(kernel, tensor), floats(stored, tensor), tensor.name());
            }
        }
    }

    @Test
    void aShardOfEveryKindOfValueHasTheBytesOfTheKernelForAnyTiling() throws Exception {
        Plan plan = planOfEveryKind();
        DequantizedShard expected = dequantize(plan, CONFIG);
        commit(plan, expected);
        try (TileSource stored = new StoredTileSources(store, sources).open(plan, 1);
                TileSource kernel = KernelTiles.sources(sources).open(plan, 1)) {
            for (OutputTensor tensor : plan.outputs()) {
                assertArrayEquals(bytes(kernel, tensor), bytes(stored, tensor), tensor.name());
            }
        }
        DequantizedShard shard = new Dequantize(new MemoryStore(), sources, new DequantConfig(3, 1998))
                .dequantize(plan, 1, attempt(plan));
        assertEquals(expected.object().crc32c(), shard.object().crc32c());
        assertEquals(expected.sourceDigest(), shard.sourceDigest());
        assertEquals(expected.bytesRead(), shard.bytesRead());
    }

    @Test
    void devicesGiveTheObjectThatProcessorsGive() throws Exception {
        for (Plan plan : List.of(plan("one", folder), planOfEveryKind())) {
            DequantizedShard expected =
                    new Dequantize(new MemoryStore(), sources, CONFIG).dequantize(plan, 1, attempt(plan));
            for (int tile : new int[] {130, 1 << 16}) {
                DequantizedShard shard = new Dequantize(new MemoryStore(), sources, CpuEngine.config(tile))
                        .dequantize(plan, 1, attempt(plan));
                assertEquals(expected.object().crc32c(), shard.object().crc32c());
                assertEquals(expected.object().size(), shard.object().size());
                assertEquals(expected.sourceDigest(), shard.sourceDigest());
            }
        }
    }

    @Test
    void eachPartOfEachValueAndWhatIsDoneWithItDecidesTheDigest() throws Exception {
        Plan plan = planOfEveryKind();
        for (OutputTensor tensor : plan.outputs()) {
            if (tensor.name().startsWith("fp4 double") || tensor.name().contains("nested")) {
                Set<String> digests = new HashSet<>();
                digests.add(digest(tensor));
                for (TensorRef part : tensor.value().parts()) {
                    assertTrue(digests.add(digestWithAnother(part, tensor)), tensor.name() + " " + part.name());
                }
            }
        }
        Set<String> texts = new HashSet<>();
        plan.outputs().forEach(tensor -> texts.add(ValueText.of(tensor.value())));
        assertEquals(plan.outputs().size(), texts.size());
    }

    /** With another last byte in one of its tensors. */
    private String digestWithAnother(TensorRef part, OutputTensor tensor) throws Exception {
        byte[] content = Files.readAllBytes(folder.resolve(TensorFile.NAME));
        byte[] changed = content.clone();
        changed[(int) (part.offset() + part.length() - 1)] ^= 1;
        Files.write(folder.resolve(TensorFile.NAME), changed);
        String digest = digest(tensor);
        Files.write(folder.resolve(TensorFile.NAME), content);
        return digest;
    }

    private String digest(OutputTensor tensor) throws Exception {
        Plan plan = OraclePlan.of("one", TensorFile.input(folder), List.of(tensor));
        return dequantize(plan, CONFIG).sourceDigest();
    }

    private Plan planOfEveryKind() throws IOException {
        TensorFile file = new TensorFile(3);
        List<OutputTensor> outputs = new ArrayList<>();
        SampleValues.of(file)
                .forEach((name, value) ->
                        outputs.add(new OutputTensor(name, value.dtype(), value.shape(), value, List.of())));
        return OraclePlan.of("every-kind", file.write(folder), outputs);
    }

    @Test
    void aScaleThatIsNoFiniteNumberIsRefusedByItsTensor() throws Exception {
        Packed4Bit value = plan("one", folder).outputs().stream()
                .map(OutputTensor::value)
                .filter(Packed4Bit.class::isInstance)
                .map(Packed4Bit.class::cast)
                .filter(packed -> packed.nested().isEmpty())
                .findFirst()
                .orElseThrow();
        byte[] content = Files.readAllBytes(folder.resolve(FILE));
        ByteBuffer.wrap(content).putInt((int) value.absmax().offset() + 4, 0x0000C07F);
        Files.write(folder.resolve(FILE), content);
        RefusedInput refused = assertThrows(RefusedInput.class, () -> dequantize(plan("two", folder), CONFIG));
        assertEquals("base.non-finite", refused.code());
        assertTrue(refused.getMessage().contains(value.packed().name()), refused.getMessage());
        assertEquals(0, store.list("teams/team/dequantized/").size());
    }

    private Plan plan(String run, Path base) throws IOException {
        return OraclePlan.of(run, sources.open(base.toString()), FILE);
    }

    private DequantizedShard dequantize(Plan plan, DequantConfig config) throws Exception {
        return new Dequantize(store, sources, config).dequantize(plan, 1, attempt(plan));
    }

    private static Attempt attempt(Plan plan) {
        TaskId task = new TaskId(plan.run(), StageName.DEQUANT, 1);
        return new Attempt(task, 1, UUID.randomUUID().toString(), Progress.NONE);
    }

    private void commit(Plan plan, DequantizedShard shard) throws IOException {
        TaskId task = new TaskId(plan.run(), StageName.DEQUANT, 1);
        Marker marker = new Marker(task.id(), "a", "worker", "0", Instant.EPOCH, Duration.ZERO, shard);
        store.createOnce(new RunKeys(plan.run()).done(task), Documents.write(marker));
    }

    private static Packed4Bit anyValue(Plan plan) {
        return (Packed4Bit) plan.outputs().getFirst().value();
    }

    private static byte[] bytes(TileSource tiles, OutputTensor tensor) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) tensor.bytes());
        tiles.bytes(tensor.value(), 0, bytes);
        return bytes.array();
    }

    private static float[] floats(TileSource tiles, OutputTensor tensor) throws IOException {
        float[] floats = new float[(int) tensor.shape().elements()];
        tiles.floats(tensor.value(), 0, floats, floats.length);
        return floats;
    }
}
