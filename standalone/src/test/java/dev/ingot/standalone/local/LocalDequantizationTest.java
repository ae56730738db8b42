package dev.ingot.standalone.local;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.checkpoint.model.TensorCatalog;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.pipeline.source.Sources;
import dev.ingot.standalone.MainAccess;
import dev.ingot.standalone.terminal.RecordedTerminal;
import dev.ingot.validate.weights.CheckpointWeights;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code ingot dequantize} on the bundled demo's base. */
@Timeout(120)
class LocalDequantizationTest {
    private static final Path NF4 = Path.of("../demo/base-nf4").toAbsolutePath().normalize();

    @TempDir
    Path dir;

    private final RecordedTerminal recorded = RecordedTerminal.of(0);

    private int dequantize(Path base, Path out, String... more) {
        List<String> args = new ArrayList<>(List.of("dequantize", "--base", base.toString(), "--out", out.toString()));
        args.addAll(List.of(more));
        return MainAccess.run(recorded.terminal(), args.toArray(String[]::new));
    }

    private Path out() {
        return dir.resolve("with space/my base");
    }

    private static FileSet files(Path folder) throws IOException {
        return Sources.anyFolder().open(folder.toUri().toString());
    }

    private static Map<String, LocatedTensor> tensors(Path folder) throws IOException {
        return TensorCatalog.ofModel(files(folder)).tensors();
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private JsonObject document() {
        return Json.parseObject(recorded.out().getBytes(StandardCharsets.UTF_8), "stdout");
    }

    @Test
    void theBaseComesBackWithItsTokenizerAndNothingElse() throws IOException {
        assertEquals(0, dequantize(NF4, out()), recorded.err());
        assertEquals(
                List.of(
                        "config.json",
                        "generation_config.json",
                        "model.safetensors",
                        "tokenizer.json",
                        "tokenizer_config.json"),
                names(out()));
        assertFalse(ModelConfig.read(files(out())).json().has("quantization_config"));
        assertTrue(recorded.out().startsWith("my base: 8.0 MB in 1 shard"), recorded.out());
        assertTrue(recorded.out().contains("float16 (38 tensors)"), recorded.out());
        assertTrue(recorded.out().contains("from_pretrained(\"" + out() + "\")"), recorded.out());
        assertTrue(recorded.err().contains("NF4, double quantization → float16"), recorded.err());
    }

    /** The judge's reference is scalar and shares no code with the kernel. */
    @Test
    void everyValueIsThatOfTheScalarReference() throws IOException {
        assertEquals(0, dequantize(NF4, out()), recorded.err());
        try (CheckpointWeights expected = CheckpointWeights.ofModel(files(NF4));
                CheckpointWeights written = CheckpointWeights.ofModel(files(out()))) {
            assertEquals(expected.names(), written.names());
            for (String tensor : expected.names()) {
                int elements = (int) expected.shape(tensor).orElseThrow().elements();
                float[] right = new float[elements];
                float[] found = new float[elements];
                expected.floats(tensor, 0, right, elements);
                written.floats(tensor, 0, found, elements);
                assertArrayEquals(right, found, tensor);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F16", "BF16", "F32"})
    void anExplicitDtypeIsThatOfEveryTensorAndOfTheConfig(DType dtype) throws IOException {
        assertEquals(0, dequantize(NF4, out(), "--dtype", dtype.torchName()), recorded.err());
        assertEquals(
                List.of(dtype),
                tensors(out()).values().stream()
                        .map(LocatedTensor::dtype)
                        .distinct()
                        .toList());
        assertEquals(dtype, ModelConfig.read(files(out())).dtype().orElseThrow());
    }

    @Test
    void theSameBytesComeOfAnyNumberOfThreads() throws IOException {
        Path one = dir.resolve("one");
        Path three = dir.resolve("three");
        assertEquals(0, dequantize(NF4, one, "--threads", "1"));
        assertEquals(0, dequantize(NF4, three, "--threads", "3"));
        assertEquals(-1, Files.mismatch(one.resolve("model.safetensors"), three.resolve("model.safetensors")));
    }

    @Test
    void smallShardsHaveAnIndexAndTheSameTensors() throws IOException {
        assertEquals(0, dequantize(NF4, dir.resolve("whole")), recorded.err());
        assertEquals(0, dequantize(NF4, out(), "--max-shard-size", "2MB"), recorded.err());
        assertTrue(
                names(out()).contains("model.safetensors.index.json"),
                names(out()).toString());
        assertEquals(shapes(dir.resolve("whole")), shapes(out()));
    }

    private static Map<String, String> shapes(Path folder) throws IOException {
        return tensors(folder).values().stream()
                .collect(Collectors.toMap(LocatedTensor::name, tensor -> tensor.dtype() + " " + tensor.shape()));
    }

    @Test
    void aBaseThatIsNotQuantizedIsRefused() throws IOException {
        assertEquals(0, dequantize(NF4, out()));
        assertEquals(3, dequantize(out(), dir.resolve("again")));
        assertTrue(recorded.err().contains("refused  base.not-quantized: "), recorded.err());
        assertTrue(recorded.err().contains("--dtype float16, bfloat16 or float32"), recorded.err());
        assertFalse(Files.exists(dir.resolve("again")));
    }

    @Test
    void aBaseThatIsNotQuantizedIsConvertedWhereADtypeIsAskedFor() throws IOException {
        assertEquals(0, dequantize(NF4, out()));
        assertEquals(0, dequantize(out(), dir.resolve("wide"), "--dtype", "float32"), recorded.err());
        assertTrue(recorded.err().contains("converted to float32"), recorded.err());
        assertTrue(tensors(dir.resolve("wide")).values().stream().allMatch(tensor -> tensor.dtype() == DType.F32));
    }

    @Test
    void withJsonStdoutIsOneDocument() {
        assertEquals(0, dequantize(NF4, out(), "--json", "--provenance"));
        JsonObject document = document();
        assertEquals("delivered", document.text("verdict").orElseThrow());
        assertEquals(0, document.integer("exit").orElseThrow());
        assertEquals(
                38, document.object("tensors").orElseThrow().integer("float16").orElseThrow());
        assertTrue(recorded.out().contains("\"sha256:"), recorded.out());
        assertTrue(recorded.err().contains("load it"), recorded.err());
    }

    @Test
    void aFolderThatIsNotEmptyIsLeftAlone() throws IOException {
        Files.createDirectories(out());
        Files.writeString(out().resolve("mine"), "text");
        assertEquals(3, dequantize(NF4, out()));
        assertEquals(List.of("mine"), names(out()));
    }

    @Test
    void aFileThatEndsEarlyLeavesNothing() throws IOException {
        Path base = copyOfBase("cut");
        Path weights = base.resolve("model.safetensors");
        byte[] all = Files.readAllBytes(weights);
        Files.write(weights, Arrays.copyOf(all, all.length - 1));
        assertEquals(3, dequantize(base, dir.resolve("out"), "--json"));
        assertTrue(document().text("code").orElseThrow().startsWith("safetensors."), recorded.out());
        assertFalse(Files.exists(dir.resolve("out")));
    }

    private Path copyOfBase(String name) throws IOException {
        Path base = Files.createDirectories(dir.resolve(name));
        for (String file : names(NF4)) {
            Files.copy(NF4.resolve(file), base.resolve(file));
        }
        assertTrue(base.resolve("model.safetensors").toFile().setWritable(true));
        return base;
    }

    @Test
    void theHelpShowsAnExampleFirst() {
        assertEquals(0, MainAccess.run(recorded.terminal(), "dequantize", "--help"));
        assertTrue(recorded.out().contains("ingot dequantize --base ./llama-13b-nf4"), recorded.out());
    }
}
