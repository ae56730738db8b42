package dev.ingot.standalone.local;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.safetensors.SafetensorsFile;
import dev.ingot.checkpoint.safetensors.TensorEntry;
import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.source.Sources;
import dev.ingot.standalone.MainAccess;
import dev.ingot.standalone.terminal.RecordedTerminal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ingot merge} on the bundled demo run. */
@Timeout(120)
class LocalRunTest {
    private static final Path DEMO = Path.of("../demo").toAbsolutePath().normalize();

    @TempDir
    Path dir;

    private final RecordedTerminal recorded = RecordedTerminal.of(0);

    private int merge(Path adapter, Path out, String... more) {
        List<String> args = new ArrayList<>(List.of(
                "merge",
                "--base",
                DEMO.resolve("base-nf4").toString(),
                "--adapter",
                adapter.toString(),
                "--out",
                out.toString()));
        args.addAll(List.of(more));
        return MainAccess.run(recorded.terminal(), args.toArray(String[]::new));
    }

    private Path out() {
        return dir.resolve("with space/my model");
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private JsonObject document() {
        return Json.parseObject(recorded.out().getBytes(StandardCharsets.UTF_8), "stdout");
    }

    /** The adapter with every B times a factor. */
    private Path withFactor(float factor) throws IOException {
        Path folder = Files.createDirectories(dir.resolve("times " + factor));
        Path weights = folder.resolve("adapter_model.safetensors");
        Files.copy(DEMO.resolve("jargon-lora/adapter_config.json"), folder.resolve("adapter_config.json"));
        Files.copy(DEMO.resolve("jargon-lora/adapter_model.safetensors"), weights);
        assertTrue(weights.toFile().setWritable(true));
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(weights)).order(ByteOrder.LITTLE_ENDIAN);
        try (RangedFile file = Sources.anyFolder()
                .open(folder.toUri().toString())
                .open(weights.getFileName().toString())
                .orElseThrow()) {
            for (var tensor : SafetensorsFile.read(file).tensors()) {
                for (long at = tensor.offset(); isB(tensor) && at < tensor.offset() + tensor.length(); at += 4) {
                    bytes.putFloat((int) at, factor * bytes.getFloat((int) at));
                }
            }
        }
        Files.write(weights, bytes.array());
        return folder;
    }

    private static boolean isB(TensorEntry tensor) {
        return tensor.name().contains("lora_B");
    }

    @Test
    void aCheckpointAppearsWithItsReportAndCard() throws IOException {
        int exit = merge(
                DEMO.resolve("jargon-lora"),
                out(),
                "--eval",
                DEMO.resolve("domain.eval.txt").toString());
        assertEquals(0, exit, recorded.err());
        assertEquals(
                List.of(
                        "README.md",
                        "config.json",
                        "generation_config.json",
                        "model.safetensors",
                        "report.html",
                        "report.json",
                        "report.schema.json",
                        "tokenizer.json",
                        "tokenizer_config.json"),
                names(out()));
        assertTrue(recorded.out().startsWith("my model: 8.0 MB in 1 shard"), recorded.out());
        assertTrue(recorded.out().contains("from_pretrained(\"" + out() + "\")"), recorded.out());
        assertTrue(recorded.err().contains("178 tensors + 56 adapter tensors, all accounted for"), recorded.err());
    }

    @Test
    void theSameInputsGiveTheSameBytesOnAnyNumberOfThreads() throws IOException {
        Path one = dir.resolve("one");
        Path three = dir.resolve("three");
        assertEquals(0, merge(DEMO.resolve("jargon-lora-ends"), one, "--validate", "off", "--threads", "1"));
        assertEquals(0, merge(DEMO.resolve("jargon-lora-ends"), three, "--validate", "off", "--threads", "3"));
        for (String name : names(one)) {
            if (name.endsWith(".safetensors") || name.endsWith(".index.json") || name.equals("config.json")) {
                assertArrayEquals(Files.readAllBytes(one.resolve(name)), Files.readAllBytes(three.resolve(name)), name);
            }
        }
    }

    @Test
    void withJsonStdoutIsOneDocument() {
        assertEquals(0, merge(DEMO.resolve("jargon-lora"), out(), "--validate", "structure", "--json"));
        JsonObject document = document();
        assertEquals("delivered", document.text("verdict").orElseThrow());
        assertEquals(0, document.integer("exit").orElseThrow());
        assertEquals(out().toString(), document.text("out").orElseThrow());
        assertTrue(document.object("report").orElseThrow().bool("delivered").orElseThrow());
    }

    @Test
    void peopleReadTheNameThatTheyGaveTheFolder() throws IOException {
        assertEquals(0, merge(DEMO.resolve("jargon-lora"), out(), "--validate", "off", "--json"));
        JsonObject report = document().object("report").orElseThrow();
        assertEquals("my model", report.text("title").orElseThrow());
        assertTrue(Files.readString(out().resolve("README.md")).contains("# my model"));
        assertTrue(Files.readString(out().resolve("report.html")).contains("<h1>my model</h1>"));
        assertTrue(Files.readString(out().resolve("report.json")).contains("from_pretrained(\\\"./my model\\\")"));
    }

    @Test
    void filesHaveTheModesOfTheUsersOtherFiles() throws IOException {
        Path plain = Files.createFile(dir.resolve("plain"));
        assumeTrue(Files.getFileStore(plain).supportsFileAttributeView("posix"));
        assertEquals(0, merge(DEMO.resolve("jargon-lora"), out(), "--validate", "off"));
        for (String name : names(out())) {
            assertEquals(
                    Files.getPosixFilePermissions(plain), Files.getPosixFilePermissions(out().resolve(name)), name);
        }
    }

    @Test
    void aRefusedRunLeavesNothing() throws IOException {
        assertEquals(3, merge(DEMO.resolve("base-nf4"), out(), "--json"));
        assertEquals("adapter.no-config", document().text("code").orElseThrow());
        assertTrue(recorded.err().contains("nothing was written"), recorded.err());
        assertEquals(List.of(), names(dir));
    }

    @ParameterizedTest
    @ValueSource(strings = {"merge", "submit", "dequantize"})
    void theHelpTeachesHowToSayThatTrainingQuantizedTheBase(String command) {
        assertEquals(0, MainAccess.run(recorded.terminal(), command, "--help"));
        assertTrue(recorded.out().contains("--quantization-config"), recorded.out());
        assertTrue(recorded.out().contains("nf4-double"), recorded.out());
    }

    @Test
    void aDeclarationWithoutItsConfigIsRefusedWithARemedy() throws IOException {
        assertEquals(3, merge(DEMO.resolve("jargon-lora"), out(), "--trained-on", "quantized"));
        assertTrue(recorded.err().startsWith("refused  request.quantization-config: "), recorded.err());
        assertTrue(recorded.err().contains("--quantization-config"), recorded.err());
        assertEquals(List.of(), names(dir));
    }

    @Test
    void aConfigThatIsNeitherAFileNorAReadyNameIsRefused() throws IOException {
        assertEquals(3, merge(DEMO.resolve("jargon-lora"), out(), "--quantization-config", "nf5"));
        assertTrue(recorded.err().startsWith("refused  quantization-config.not-found: "), recorded.err());
        assertTrue(recorded.err().contains("nf4-double"), recorded.err());
        assertEquals(List.of(), names(dir));
    }

    @Test
    void aFolderThatIsNotEmptyIsLeftAlone() throws IOException {
        Files.createDirectories(out());
        Files.writeString(out().resolve("mine"), "text");
        assertEquals(3, merge(DEMO.resolve("jargon-lora"), out()));
        assertEquals(List.of("mine"), names(out()));
    }

    @Test
    void aRejectedRunLeavesItsReportAndMakesWayForTheNext() throws IOException {
        assertEquals(4, merge(withFactor(0), out()), recorded.err());
        assertEquals(List.of("report.html", "report.json", "report.schema.json"), names(out()));
        assertTrue(recorded.out().contains("gate         effect"), recorded.out());
        assertFalse(recorded.out().contains("load it"), recorded.out());
        assertTrue(recorded.out().contains("the adapter changes nothing: it is untrained"), recorded.out());
        assertFalse((recorded.out() + recorded.err()).contains("submit"), recorded.out() + recorded.err());
        assertEquals(0, merge(DEMO.resolve("jargon-lora"), out(), "--validate", "off"), recorded.err());
        assertTrue(Files.exists(out().resolve("model.safetensors")));
    }

    @Test
    void aMergeOfWhichRoundingTookAllIsRejected() throws IOException {
        Path faint = withFactor(1e-4f);
        assertEquals(4, merge(faint, out(), "--dtype", "bfloat16"), recorded.out());
        assertTrue(recorded.out().contains("merged right, but rounding to bfloat16 took"), recorded.out());
        assertTrue(recorded.out().contains("--dtype float32"), recorded.out());
        assertEquals(0, merge(faint, dir.resolve("float32"), "--dtype", "float32"), recorded.err());
    }

    @Test
    void aRejectedModelIsDeliveredWhereTheUserAsksForIt() throws IOException {
        assertEquals(4, merge(withFactor(0), out(), "--keep-rejected"), recorded.err());
        assertTrue(names(out()).containsAll(List.of("config.json", "model.safetensors", "report.json")));
    }

    @Test
    void documentsStayInScratchWhereOneIsNamed() throws IOException {
        Path scratch = dir.resolve("scratch");
        assertEquals(
                0, merge(DEMO.resolve("jargon-lora"), out(), "--validate", "off", "--scratch", scratch.toString()));
        try (Stream<Path> files = Files.walk(scratch)) {
            assertTrue(files.anyMatch(file -> file.endsWith("plan.json")));
        }
    }
}
