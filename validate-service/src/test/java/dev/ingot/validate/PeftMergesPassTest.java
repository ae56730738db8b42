package dev.ingot.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonBool;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.checkpoint.model.TensorCatalog;
import dev.ingot.pipeline.report.Report.Gate;
import dev.ingot.pipeline.source.FolderFiles;
import dev.ingot.validate.gate.GatePolicy;
import dev.ingot.validate.gate.Gates;
import dev.ingot.validate.weights.CheckpointWeights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PEFT's own merges, which nothing of Ingot had a hand in, are right; each with one tensor left as the base's is wrong. */
class PeftMergesPassTest {
    private static final Path FIXTURES = Demo.folder().resolveSibling("checkpoint/src/test/resources/fixtures");

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lora",
                "lora-half",
                "lora-single",
                "rslora",
                "patterns",
                "ends",
                "ends-without-mirrors",
                "head-only",
                "embedding-only",
                "saved-head",
                "saved-embedding",
                "score"
            })
    void ofEveryKindOfAdapter(String name) throws IOException, InterruptedException {
        Path adapter = FIXTURES.resolve("adapters").resolve(name);
        Path base = base(adapter);
        Judged right = Judged.of(base, adapter, merge(name, base, List.of()).write(folder.resolve("right")));
        assertEquals("", closed(right), right::toString);
        assertEquals(Gate.State.NOT_MEASURED, gate(right, "fidelity").state());
        for (String changed : expected(name)) {
            if (!isAdded(base, changed)) {
                Path wrong = merge(name, base, List.of(changed)).write(folder.resolve("without " + changed));
                assertEquals("weights", closed(Judged.of(base, adapter, wrong)), changed);
            }
        }
    }

    private static String closed(Judged judged) {
        return Gates.closed(judged.gates(), GatePolicy.delivering())
                .map(Gate::name)
                .orElse("");
    }

    private static Gate gate(Judged judged, String name) {
        return judged.gates().stream()
                .filter(gate -> gate.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Path base(Path adapter) throws IOException {
        String name = AdapterConfig.read(FolderFiles.of(adapter)).baseModel().orElseThrow();
        return FIXTURES.resolve(Path.of(name).getFileName().toString());
    }

    private static List<String> expected(String name) throws IOException {
        TensorCatalog catalog = TensorCatalog.ofFile(
                        FolderFiles.of(FIXTURES.resolve("expected")), name + ".safetensors")
                .orElseThrow();
        return List.copyOf(catalog.tensors().keySet());
    }

    private static boolean isAdded(Path base, String tensor) throws IOException {
        return !TensorCatalog.ofModel(FolderFiles.of(base)).has(tensor);
    }

    /** The base with PEFT's results in place of its tensors, but for those left as they are. */
    private static Merge merge(String name, Path base, List<String> left) throws IOException {
        FolderFiles files = FolderFiles.of(base);
        Tensors tensors = new Tensors();
        try (CheckpointWeights weights = CheckpointWeights.ofModel(files)) {
            for (String tensor : weights.names()) {
                copy(weights, tensor, tensors);
            }
        }
        FolderFiles expected = FolderFiles.of(FIXTURES.resolve("expected"));
        TensorCatalog catalog =
                TensorCatalog.ofFile(expected, name + ".safetensors").orElseThrow();
        assertTrue(catalog.tensors().keySet().containsAll(left));
        try (CheckpointWeights results = CheckpointWeights.open(expected, catalog)) {
            for (String tensor : catalog.tensors().keySet()) {
                if (!left.contains(tensor)) {
                    copy(results, tensor, tensors);
                }
            }
        }
        JsonObject config = ModelConfig.read(files).json().without(List.of("quantization_config"));
        if (catalog.has("score.weight")) {
            JsonValue type = new JsonText("LlamaForSequenceClassification");
            return new Merge(tensors, config.with(List.of("architectures"), new JsonArray(List.of(type))));
        }
        boolean untied = catalog.has("lm_head.weight");
        return new Merge(tensors, untied ? config.with(List.of("tie_word_embeddings"), new JsonBool(false)) : config);
    }

    private static void copy(CheckpointWeights from, String tensor, Tensors to) throws IOException {
        Shape shape = from.shape(tensor).orElseThrow();
        float[] values = new float[(int) shape.elements()];
        from.floats(tensor, 0, values, values.length);
        to.put(tensor, from.dtype(tensor), shape, values);
    }

    private record Merge(Tensors tensors, JsonObject config) {
        Path write(Path out) throws IOException {
            java.nio.file.Files.createDirectories(out);
            tensors.write(out.resolve("model.safetensors"));
            java.nio.file.Files.writeString(out.resolve("config.json"), dev.ingot.checkpoint.json.Json.write(config));
            return out;
        }
    }
}
