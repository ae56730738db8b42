package dev.ingot.standalone.local;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.standalone.MainAccess;
import dev.ingot.standalone.terminal.RecordedTerminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Training checkpoints of models that the base's release of transformers has in another layout: merged as the adapter that PEFT exports of them, and their copies
 * of the base held against it. {@code conformance/fixtures/layouts.py} makes both.
 */
@Timeout(300)
class OtherLayoutsTest {
    private static final Path RESOURCES =
            Path.of("../checkpoint/src/test/resources").toAbsolutePath().normalize();
    private static final Path LAYOUTS = RESOURCES.resolve("layouts");
    private static final String MODEL = "model.safetensors";

    @TempDir
    Path dir;

    private RecordedTerminal recorded = RecordedTerminal.of(0);

    static Stream<String> cases() throws IOException {
        try (Stream<Path> folders = Files.list(LAYOUTS)) {
            return folders
                    .filter(folder -> Files.exists(folder.resolve("base.json")))
                    .map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @Test
    void everyCaseOfTheFixtureIsThere() throws IOException {
        assertEquals(8, cases().count());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theRunMergesAsItsExportAndProvesTheBase(String name) throws IOException {
        assertEquals(0, merge(name, LAYOUTS.resolve(name).resolve("raw"), "out"), recorded.err());
        assertEquals(0, merge(name, LAYOUTS.resolve(name).resolve("exported"), "exported"), recorded.err());
        assertArrayEquals(
                Files.readAllBytes(dir.resolve("exported").resolve(MODEL)),
                Files.readAllBytes(dir.resolve("out").resolve(MODEL)));
        String report = Files.readString(dir.resolve("out/report.json"));
        assertTrue(report.contains("base tensors equal the base"), report);
        assertTrue(report.contains("Every weight is what base and adapter give"), report);
    }

    /** The last value of a copy, which is in the last piece of it. */
    @ParameterizedTest
    @CsvSource({
        "experts-together, mlp.experts.base_layer.base_layer.gate_up_proj, mlp.experts.2.up_proj.weight in 1 of 288",
        "experts-together, mlp.experts.base_layer.base_layer.down_proj, mlp.experts.2.down_proj.weight in 1 of 288",
        "experts-together-gate-up, layers.0.mlp.experts.base_layer.down_proj, block_sparse_moe.experts.2.w2.weight in 1 of",
        "experts-untouched, layers.0.mlp.experts.gate_up_proj, mlp.experts.2.up_proj.weight in 1 of 288",
        "experts-one-by-one, layers.0.mlp.experts.1.up_proj.base_layer.weight, mlp.experts.gate_up_proj in 1 of 288",
        "experts-one-by-one-untouched, layers.0.mlp.experts.2.down_proj.weight, mlp.experts.down_proj in 1 of 288",
        "attention-apart, layers.0.self_attn.k_proj.weight, layers.0.attn.Wqkv.weight in 1 of 256",
        "attention-apart, layers.1.self_attn.q_proj.base_layer.weight, layers.1.attn.Wqkv.weight in 1 of 256",
        "attention-apart-biases, layers.0.self_attn.q_proj.bias, layers.0.mixer.Wqkv.bias in 1 of 16",
        "gate-up-together, layers.0.mlp.gate_up_proj.base_layer.weight, layers.0.mlp.up_proj.weight in 1 of 384",
    })
    void aValueThatDriftedIsFoundWhereTheBaseHasIt(String name, String copy, String found) throws IOException {
        Path run = drifted(name, copy);
        assertEquals(3, merge(name, run, "out"));
        String said = recorded.err().replaceAll("\\s+", " ");
        assertTrue(said.contains("adapter.mirror-drift"), said);
        assertTrue(said.contains(found), said);
        assertFalse(Files.exists(dir.resolve("out")));
        assertEquals(0, merge(name, run, "out", "--mirrors", "base"), recorded.err());
        assertTrue(Files.readString(dir.resolve("out/report.json")).contains("which was taken as the request says"));
    }

    @Test
    void aCopyInAnotherLayoutDoesNotTakeTheBasesPlace() {
        assertEquals(
                3,
                merge("experts-untouched", LAYOUTS.resolve("experts-untouched/raw"), "out", "--mirrors", "checkpoint"));
        assertTrue(recorded.err().contains("adapter.rearranged-copy"), recorded.err());
        assertTrue(recorded.err().contains("--mirrors refuse or base"), recorded.err());
    }

    private Path drifted(String name, String copy) throws IOException {
        Path run = Files.createDirectory(dir.resolve("run"));
        Path from = LAYOUTS.resolve(name).resolve("raw");
        Files.copy(from.resolve("adapter_config.json"), run.resolve("adapter_config.json"));
        AlteredFile.write(from.resolve(MODEL), run.resolve(MODEL), key -> key.endsWith(copy), (tensor, bytes) -> {
            int high = bytes.limit() - 2; // sign, exponent and the first bits of the fraction in either dtype
            bytes.putShort(high, (short) (bytes.getShort(high) ^ 0x8000));
        });
        return run;
    }

    private int merge(String name, Path adapter, String out, String... more) {
        recorded = RecordedTerminal.of(0);
        List<String> words = new ArrayList<>(List.of("merge", "--adapter", adapter.toString()));
        words.addAll(List.of(
                "--base", base(name).toString(), "--out", dir.resolve(out).toString()));
        words.addAll(List.of(more));
        return MainAccess.run(recorded.terminal(), words.toArray(String[]::new));
    }

    private static Path base(String name) {
        try {
            byte[] said = Files.readAllBytes(LAYOUTS.resolve(name).resolve("base.json"));
            return RESOURCES.resolve(Json.parseObject(said, name).text("base").orElseThrow());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
