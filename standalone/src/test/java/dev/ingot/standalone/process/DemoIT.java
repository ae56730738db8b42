package dev.ingot.standalone.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code ingot demo}: a real broker, all services, both adapters; held against what transformers measured. */
@Timeout(240)
class DemoIT {
    private static final double TOLERANCE = 1e-3;

    @TempDir
    Path dir;

    @Test
    void theDemoPublishesBothAdaptersWithThePerplexitiesOfTransformers() throws Exception {
        Ingot.Ended demo =
                Ingot.run(dir, "demo", "--json", "--data", dir.resolve("data").toString());
        assertEquals(0, demo.exit(), demo.err());
        List<JsonValue> runs = ((JsonArray) Json.parse(demo.out().getBytes(StandardCharsets.UTF_8), "stdout")).values();
        assertEquals(2, runs.size());
        JsonObject first = (JsonObject) runs.getFirst();
        JsonObject second = (JsonObject) runs.getLast();
        requirePerplexities(first, "jargon-lora");
        requirePerplexities(second, "jargon-lora-ends");
        assertTrue(tying(first).bool("outputTied").orElseThrow(), "untouched ends stay tied");
        assertFalse(tying(second).bool("outputTied").orElseThrow(), "ends that differ are untied");
        assertTrue(
                dequant(second).contains("cache"), "the second adapter finds its base dequantized: " + dequant(second));
        for (JsonValue run : runs) {
            Path folder = Path.of(((JsonObject) run).text("folder").orElseThrow());
            assertTrue(Files.isRegularFile(folder.resolve("config.json")), folder.toString());
        }
    }

    private static void requirePerplexities(JsonObject run, String adapter) throws IOException {
        JsonObject scores = Json.parseObject(Files.readAllBytes(Ingot.DEMO.resolve("scores.json")), "scores.json");
        JsonObject base = scores.object("base-nf4, dequantized").orElseThrow();
        JsonObject unmerged =
                scores.object("base-nf4 + " + adapter + ", unmerged").orElseThrow();
        List<JsonValue> sets = run.object("report")
                .orElseThrow()
                .array("perplexities")
                .orElseThrow()
                .values();
        assertEquals(2, sets.size());
        for (JsonValue value : sets) {
            JsonObject set = (JsonObject) value;
            String text = set.text("set").orElseThrow();
            requireNear(base.number(text).orElseThrow(), set.number("base").orElseThrow());
            requireNear(
                    unmerged.number(text).orElseThrow(), set.number("unmerged").orElseThrow());
            requireNear(
                    unmerged.number(text).orElseThrow(), set.number("merged").orElseThrow());
        }
    }

    private static void requireNear(double expected, double found) {
        assertEquals(expected, found, expected * TOLERANCE);
    }

    private static JsonObject tying(JsonObject run) {
        return run.object("report").orElseThrow().object("tying").orElseThrow();
    }

    private static String dequant(JsonObject run) {
        return run.object("report").orElseThrow().array("stages").orElseThrow().values().stream()
                .map(JsonObject.class::cast)
                .filter(stage -> stage.text("stage").orElse("").equals("dequant"))
                .map(stage -> stage.text("note").orElse(""))
                .findFirst()
                .orElseThrow();
    }
}
