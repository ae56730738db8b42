package dev.ingot.bench;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.pipeline.source.FolderFiles;
import dev.ingot.pipeline.work.Progress;
import dev.ingot.validate.family.DecoderRecipe;
import dev.ingot.validate.family.RecipeReader;
import dev.ingot.validate.forward.SideBySide;
import dev.ingot.validate.forward.Speed;
import dev.ingot.validate.measure.Window;
import dev.ingot.validate.weights.CheckpointWeights;
import dev.ingot.validate.weights.Side;
import dev.ingot.validate.weights.Side.Variant;
import dev.ingot.validate.weights.TrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;

/**
 * Times validate's forward pass once, weights streamed from the file: {@code FOLDER THREADS [three]}, the folder as forward_shapes.py writes it. Prints a
 * line of JSON: {@code perplexity}, {@code tokens} and {@code forward_s}, the seconds from opening the weights to the last loss, torch being loaded. With {@code three}, the
 * model stands for base, unmerged and merged at once, as the judge runs them.
 */
public final class ForwardSpeed {
    private ForwardSpeed() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path folder = Path.of(arguments[0]);
        int threads = Integer.parseInt(arguments[1]);
        FolderFiles files = FolderFiles.of(folder.resolve("model"));
        List<Window> windows = windows(folder.resolve("windows.json"));
        ModelConfig config = ModelConfig.read(files);
        Speed.operationsPerSecond(); // loads torch, which the other side has loaded too when its clock starts
        long start = System.nanoTime();
        double[] losses;
        try (CheckpointWeights weights = CheckpointWeights.ofModel(files)) {
            boolean tied =
                    TrainedModel.Ends.of(config, weights.names()::contains).tied();
            DecoderRecipe recipe = RecipeReader.read(config, tied, weights::shape);
            losses = arguments.length > 2
                    ? SideBySide.run(
                                    side(Variant.BASE, recipe, weights),
                                    side(Variant.UNMERGED, recipe, weights),
                                    side(Variant.MERGED, recipe, weights),
                                    windows,
                                    threads,
                                    Progress.NONE)
                            .merged()
                    : SideBySide.losses(side(Variant.BASE, recipe, weights), windows, threads, Progress.NONE);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                "{\"perplexity\": %s, \"tokens\": %d, \"forward_s\": %.3f}%n",
                Math.exp(DoubleStream.of(losses).average().orElseThrow()), losses.length, seconds);
    }

    private static Side side(Variant variant, DecoderRecipe recipe, CheckpointWeights weights) {
        return new Side(variant, recipe, weights, Map.of());
    }

    private static List<Window> windows(Path file) throws IOException {
        JsonArray windows = Json.parseObject(Files.readAllBytes(file), file.toString())
                .array("windows")
                .orElseThrow();
        return windows.values().stream().map(CheckpointPerplexity::window).toList();
    }
}
