package dev.ingot.bench;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonValue;
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
import dev.ingot.validate.weights.Side.Variant;
import dev.ingot.validate.weights.TrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.DoubleStream;

/**
 * What validate says of checkpoints on given tokens. Each argument is a JSON file: {@code folder}, {@code adapter} (a folder, or absent) and
 * {@code windows}, lists of token ids. Prints one line of JSON per file: {@code perplexity}, and {@code unmerged} where there is an adapter.
 */
public final class CheckpointPerplexity {
    private CheckpointPerplexity() {}

    public static void main(String[] files) throws IOException, InterruptedException {
        for (String file : files) {
            Path path = Path.of(file);
            System.out.println(line(Json.parseObject(Files.readAllBytes(path), file)));
        }
    }

    private static String line(JsonObject task) throws IOException, InterruptedException {
        FolderFiles files = FolderFiles.of(Path.of(task.text("folder").orElseThrow()));
        List<Window> windows = task.array("windows").orElseThrow().values().stream()
                .map(CheckpointPerplexity::window)
                .toList();
        ModelConfig config = ModelConfig.read(files);
        try (CheckpointWeights weights = CheckpointWeights.ofModel(files)) {
            Optional<String> adapter = task.text("adapter");
            if (adapter.isEmpty()) {
                boolean tied =
                        TrainedModel.Ends.of(config, weights.names()::contains).tied();
                DecoderRecipe recipe = RecipeReader.read(config, tied, weights::shape);
                TokenScores scores =
                        score(weights, recipe, new Side(Variant.UNMERGED, recipe, weights, Map.of()), windows);
                return "{\"perplexity\": %s}".formatted(perplexity(scores.base()));
            }
            try (AdapterFolder trainedOn = AdapterFolder.open(FolderFiles.of(Path.of(adapter.get())))) {
                TrainedModel trained = TrainedModel.of(weights, config, trainedOn);
                DecoderRecipe recipe = RecipeReader.read(config, trained.ends().tied(), weights::shape);
                Side unmerged = new Side(Variant.UNMERGED, recipe.untied(), trained.unmerged(), trained.deltas());
                TokenScores scores = score(weights, recipe, unmerged, windows);
                return "{\"perplexity\": %s, \"unmerged\": %s}"
                        .formatted(perplexity(scores.base()), perplexity(scores.unmerged()));
            }
        }
    }

    private static TokenScores score(
            CheckpointWeights weights, DecoderRecipe recipe, Side unmerged, List<Window> windows)
            throws IOException, InterruptedException {
        RecipeFit.require(unmerged);
        return SideBySide.run(
                new Side(Variant.BASE, recipe, weights, Map.of()),
                unmerged,
                new Side(Variant.MERGED, recipe, weights, Map.of()),
                windows,
                1,
                Progress.NONE);
    }

    static Window window(JsonValue tokens) {
        return new Window(
                0,
                ((JsonArray) tokens)
                        .values().stream()
                                .mapToInt(token -> Math.toIntExact(((JsonNumber) token).asLong()))
                                .toArray());
    }

    private static double perplexity(double[] losses) {
        return Math.exp(DoubleStream.of(losses).average().orElseThrow());
    }
}
