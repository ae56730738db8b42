package dev.ingot.standalone.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonBool;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.standalone.MainAccess;
import dev.ingot.standalone.terminal.RecordedTerminal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code ingot validate} as a command: exit codes, terminal, document, report. */
@Timeout(120)
class LocalValidationTest {
    private static final Path FIXTURES = Path.of("../checkpoint/src/test/resources/fixtures")
            .toAbsolutePath()
            .normalize();
    private static final Path BASE = FIXTURES.resolve("base-fp16");
    private static final Path ADAPTER = FIXTURES.resolve("adapters/lora");

    @TempDir
    static Path shared;

    @TempDir
    Path dir;

    private final RecordedTerminal recorded = RecordedTerminal.of(0);

    @BeforeAll
    static void merge() {
        List<String> args = List.of(
                "merge", "--base", BASE.toString(), "--adapter", ADAPTER.toString(), "--out", merged().toString());
        assertEquals(0, MainAccess.run(RecordedTerminal.of(0).terminal(), args.toArray(String[]::new)));
    }

    private static Path merged() {
        return shared.resolve("merged");
    }

    private int validate(Path folder, String... more) {
        List<String> args = new ArrayList<>(List.of(
                "validate", "--base", BASE.toString(), "--adapter", ADAPTER.toString(), "--merged", folder.toString()));
        args.addAll(List.of(more));
        return MainAccess.run(recorded.terminal(), args.toArray(String[]::new));
    }

    private Path copy() throws IOException {
        Path copy = Files.createDirectories(dir.resolve("copy"));
        try (Stream<Path> files = Files.list(merged())) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        return copy;
    }

    private static Path weights(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".safetensors"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void theTrainedModelIsCalledThatWithAFigureForEveryTensor() throws IOException {
        assertEquals(0, validate(merged(), "--report", dir.resolve("findings").toString()));

        assertTrue(recorded.out().contains("Every weight is what base and adapter give"), recorded.out());
        JsonObject report = Json.parseObject(Files.readAllBytes(dir.resolve("findings/report.json")), "report.json");
        JsonObject first =
                (JsonObject) report.array("weights").orElseThrow().values().getFirst();
        assertEquals(first.integer("elements"), first.integer("compared"));
        assertEquals(first.integer("elements"), first.integer("equal"));
        assertEquals(0.0, first.number("ulp").orElseThrow());
        assertTrue(Files.readString(dir.resolve("findings/report.html")).contains("Every weight is what"));
        assertTrue(Files.readString(dir.resolve("findings/report.schema.json")).contains("\"Ingot report\""));
    }

    @Test
    void aSampleIsCalledOne() {
        assertEquals(0, validate(merged(), "--smoke"));
        // these tensors are small enough to be compared whole
        assertTrue(recorded.out().contains("weight is what base and adapter give"), recorded.out());
    }

    @Test
    void aFlippedBitIsFoundWithItsTensor() throws IOException {
        Path copy = copy();
        byte[] bytes = Files.readAllBytes(weights(copy));
        bytes[bytes.length - 1001] ^= 0x02;
        Files.write(weights(copy), bytes);

        assertEquals(4, validate(copy, "--json"));

        JsonObject document = Json.parseObject(recorded.out().getBytes(StandardCharsets.UTF_8), "stdout");
        assertEquals("rejected", document.text("verdict").orElseThrow());
        assertEquals("weights", document.text("gate").orElseThrow());
        assertEquals(4, document.integer("exit").orElseThrow());
        assertTrue(document.object("report")
                .orElseThrow()
                .text("verdict")
                .orElseThrow()
                .contains(".weight"));
    }

    @Test
    void aFlagThatUntiesWithoutAHeadIsFound() throws IOException {
        Path copy = copy();
        Path config = copy.resolve("config.json");
        Files.writeString(
                config,
                Json.write(Json.parseObject(Files.readAllBytes(config), "config.json")
                        .with(List.of("tie_word_embeddings"), new JsonBool(false))));

        assertEquals(4, validate(copy));

        assertTrue(recorded.out().contains("gate         structure"), recorded.out());
    }

    @Test
    void anAdapterThatDoesNotFitIsRefused() {
        List<String> args = List.of(
                "validate",
                "--base",
                BASE.toString(),
                "--adapter",
                FIXTURES.resolve("peft/adapters/names-vit").toString(),
                "--merged",
                merged().toString());
        assertEquals(3, MainAccess.run(recorded.terminal(), args.toArray(String[]::new)));
    }

    @Test
    void aFolderThatIsNotThereIsRefused() {
        assertEquals(3, validate(dir.resolve("nothing")));
        assertTrue(recorded.err().contains("merged.not-found"), recorded.err());
    }

    @Test
    void twoLevelsAreWrongUsage() {
        assertEquals(2, validate(merged(), "--smoke", "--full"));
    }

    @Test
    void nothingIsWrittenWithoutReport() throws IOException {
        assertEquals(0, validate(merged()));
        try (Stream<Path> files = Files.list(dir)) {
            assertFalse(files.findAny().isPresent());
        }
    }
}
