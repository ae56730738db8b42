package dev.ingot.validate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.pipeline.source.FolderFiles;
import dev.ingot.pipeline.work.Progress;
import dev.ingot.validate.family.DecoderRecipe;
import dev.ingot.validate.family.RecipeReader;
import dev.ingot.validate.forward.SideBySide;
import dev.ingot.validate.measure.Window;
import dev.ingot.validate.weights.CheckpointWeights;
import dev.ingot.validate.weights.Side;
import dev.ingot.validate.weights.TrainedModel.Ends;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Windows longer than what attention and feed-forward take at a time, against what transformers computed (long_windows.py). */
class LongWindowsTest {
    @ParameterizedTest
    @ValueSource(strings = {"llama", "mistral", "gpt-oss", "gemma2", "qwen2-sliding"})
    void lossesOfALongWindowAreThoseOfTransformers(String family)
            throws IOException, InterruptedException, URISyntaxException {
        JsonObject expected = Json.parseObject(Files.readAllBytes(resource("long-windows.json")), "long-windows.json");
        int[] tokens = Arrays.stream(numbers(expected, "tokens"))
                .mapToInt(token -> (int) token)
                .toArray();
        double[] losses = numbers(expected.object("losses").orElseThrow(), family);
        FolderFiles files = FolderFiles.of(resource("families/" + family));
        ModelConfig config = ModelConfig.read(files);
        try (CheckpointWeights weights = CheckpointWeights.ofModel(files)) {
            Ends ends = Ends.of(config, weights.names()::contains);
            DecoderRecipe recipe = RecipeReader.read(config, ends.tied(), weights::shape);
            Side side = new Side(Side.Variant.BASE, recipe, weights, Map.of());
            // a second window, so that batches, positions and order are those of several
            List<Window> windows = List.of(new Window(0, tokens), new Window(0, Arrays.copyOf(tokens, 41)));
            double[] found = SideBySide.losses(side, windows, 2, Progress.NONE);
            assertArrayEquals(losses, Arrays.copyOf(found, losses.length), 1e-3);
            assertArrayEquals(
                    Arrays.copyOf(losses, 40), Arrays.copyOfRange(found, losses.length, found.length), 1e-3);
        }
    }

    private static Path resource(String name) throws URISyntaxException {
        return Path.of(LongWindowsTest.class.getResource("/" + name).toURI());
    }

    private static double[] numbers(JsonObject json, String name) {
        return json.array(name).map(JsonArray::values).orElseThrow().stream()
                .mapToDouble(value -> ((JsonNumber) value).asDouble())
                .toArray();
    }
}
