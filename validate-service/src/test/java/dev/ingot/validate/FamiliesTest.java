package dev.ingot.validate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

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
import dev.ingot.validate.measure.TokenScores;
import dev.ingot.validate.measure.Window;
import dev.ingot.validate.weights.AdapterFolder;
import dev.ingot.validate.weights.CheckpointWeights;
import dev.ingot.validate.weights.RecipeFit;
import dev.ingot.validate.weights.Side;
import dev.ingot.validate.weights.TrainedModel;
import dev.ingot.validate.weights.TrainedModel.Ends;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The forward pass of each family against what transformers computed (families/make_families.py). */
class FamiliesTest {
    private static final double RELATIVE = 1e-4;

    static List<String> checkpoints() throws URISyntaxException {
        File[] folders = folder("").toFile().listFiles(File::isDirectory);
        return Arrays.stream(folders).map(File::getName).sorted().toList();
    }

    @ParameterizedTest
    @MethodSource("checkpoints")
    void lossesAreThoseOfTransformers(String name) throws IOException, InterruptedException, URISyntaxException {
        Path folder = folder(name);
        JsonObject expected = Json.parseObject(Files.readAllBytes(folder.resolve("losses.json")), "losses.json");
        double[] losses = numbers(expected, "losses");
        TokenScores scores = score(folder, tokens(expected));
        assertArrayEquals(losses, scores.merged(), 1e-3);
        double perplexity = Math.exp(Arrays.stream(losses).average().orElseThrow());
        double found = Math.exp(Arrays.stream(scores.merged()).average().orElseThrow());
        assertEquals(perplexity, found, RELATIVE * perplexity);
        assertArrayEquals(new double[losses.length], scores.merging(), 1e-9);
    }

    static List<String> adapted() throws URISyntaxException {
        return checkpoints().stream().filter(FamiliesTest::hasAdapter).toList();
    }

    private static boolean hasAdapter(String name) {
        return FamiliesTest.class.getResource("/families/" + name + "/adapter") != null;
    }

    @ParameterizedTest
    @MethodSource("adapted")
    void lossesOfTheUnmergedModelAreThoseOfPeft(String name)
            throws IOException, InterruptedException, URISyntaxException {
        Path folder = folder(name);
        JsonObject expected = Json.parseObject(Files.readAllBytes(folder.resolve("losses.json")), "losses.json");
        FolderFiles files = FolderFiles.of(folder);
        ModelConfig config = ModelConfig.read(files);
        try (CheckpointWeights weights = CheckpointWeights.ofModel(files);
                AdapterFolder adapter = AdapterFolder.open(FolderFiles.of(folder.resolve("adapter")))) {
            TrainedModel trained = TrainedModel.of(weights, config, adapter);
            DecoderRecipe recipe = RecipeReader.read(config, trained.ends().tied(), weights::shape);
            Side base = new Side(Side.Variant.BASE, recipe, weights, Map.of());
            Side unmerged = new Side(Side.Variant.UNMERGED, recipe.untied(), trained.unmerged(), trained.deltas());
            RecipeFit.require(unmerged);
            TokenScores scores = SideBySide.run(
                    base,
                    unmerged,
                    new Side(Side.Variant.MERGED, recipe, weights, Map.of()),
                    List.of(new Window(0, tokens(expected))),
                    1,
                    Progress.NONE);
            assertArrayEquals(numbers(expected, "losses"), scores.base(), 1e-3);
            assertArrayEquals(numbers(expected, "adapted"), scores.unmerged(), 1e-3);
        }
    }

    private static int[] tokens(JsonObject expected) {
        return Arrays.stream(numbers(expected, "tokens"))
                .mapToInt(token -> (int) token)
                .toArray();
    }

    private static Path folder(String name) throws URISyntaxException {
        return Path.of(FamiliesTest.class.getResource("/families/" + name).toURI());
    }

    private static TokenScores score(Path folder, int[] tokens) throws IOException, InterruptedException {
        FolderFiles files = FolderFiles.of(folder);
        ModelConfig config = ModelConfig.read(files);
        try (CheckpointWeights weights = CheckpointWeights.ofModel(files)) {
            Ends ends = Ends.of(config, weights.names()::contains);
            DecoderRecipe recipe = RecipeReader.read(config, ends.tied(), weights::shape);
            return SideBySide.run(
                    new Side(Side.Variant.BASE, recipe, weights, Map.of()),
                    new Side(Side.Variant.UNMERGED, recipe, weights, Map.of()),
                    new Side(Side.Variant.MERGED, recipe, weights, Map.of()),
                    List.of(new Window(0, tokens)),
                    1,
                    Progress.NONE);
        }
    }

    private static double[] numbers(JsonObject json, String name) {
        return json.array(name).map(JsonArray::values).orElseThrow().stream()
                .mapToDouble(value -> ((JsonNumber) value).asDouble())
                .toArray();
    }
}
