package dev.ingot.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.pipeline.source.FolderFiles;
import dev.ingot.pipeline.work.Progress;
import dev.ingot.validate.family.DecoderRecipe;
import dev.ingot.validate.family.RecipeReader;
import dev.ingot.validate.forward.SideBySide;
import dev.ingot.validate.forward.Tokenizer;
import dev.ingot.validate.measure.TokenScores;
import dev.ingot.validate.measure.Window;
import dev.ingot.validate.text.EvaluationText;
import dev.ingot.validate.text.Windows;
import dev.ingot.validate.weights.AdapterFolder;
import dev.ingot.validate.weights.CheckpointWeights;
import dev.ingot.validate.weights.Side;
import dev.ingot.validate.weights.TrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PerplexityTest {
    private static final double RELATIVE = 1e-3;

    @ParameterizedTest
    @ValueSource(strings = {"jargon-lora", "jargon-lora-ends"})
    void perplexitiesOfTheDemoAreThoseOfTransformers(String adapterName) throws IOException, InterruptedException {
        Path demo = Demo.folder();
        FolderFiles baseFiles = FolderFiles.of(demo.resolve("base-nf4"));
        try (CheckpointWeights base = CheckpointWeights.ofModel(baseFiles);
                CheckpointWeights fp16 = CheckpointWeights.ofModel(FolderFiles.of(demo.resolve("base-fp16")));
                AdapterFolder adapter = AdapterFolder.open(FolderFiles.of(demo.resolve(adapterName)))) {
            DecoderRecipe recipe = RecipeReader.read(ModelConfig.read(baseFiles), true, base::shape);
            TrainedModel trained = TrainedModel.of(base, ModelConfig.read(baseFiles), adapter);
            TokenScores scores = SideBySide.run(
                    new Side(Side.Variant.BASE, recipe, base, Map.of()),
                    new Side(Side.Variant.UNMERGED, recipe.untied(), trained.weights(), trained.deltas()),
                    new Side(Side.Variant.MERGED, recipe, fp16, Map.of()),
                    windows(demo),
                    2,
                    Progress.NONE);
            for (int set = 0; set < 2; set++) {
                String name = set == 0 ? "general" : "domain";
                assertClose(Demo.score("base-nf4, dequantized", name), perplexity(scores, set, scores.base()));
                assertClose(Demo.score("base-fp16", name), perplexity(scores, set, scores.merged()));
                assertClose(
                        Demo.score("base-nf4 + " + adapterName + ", unmerged", name),
                        perplexity(scores, set, scores.unmerged()));
            }
        }
    }

    private static List<Window> windows(Path demo) throws IOException {
        List<Window> windows = new ArrayList<>();
        byte[] json = Files.readAllBytes(demo.resolve("base-nf4/tokenizer.json"));
        try (Tokenizer tokenizer = Tokenizer.read(json, "the demo")) {
            for (String set : List.of("general", "domain")) {
                byte[] content = Files.readAllBytes(demo.resolve(set + ".eval.txt"));
                EvaluationText text = new EvaluationText(set, set, content);
                windows.addAll(new Windows(256, 1)
                        .cut(set.equals("general") ? 0 : 1, text, tokenizer::encode, Long.MAX_VALUE));
            }
        }
        return windows;
    }

    private static double perplexity(TokenScores scores, int set, double[] losses) {
        double sum = 0;
        long count = 0;
        for (int i = 0; i < losses.length; i++) {
            if (scores.set()[i] == set) {
                sum += losses[i];
                count++;
            }
        }
        return Math.exp(sum / count);
    }

    private static void assertClose(double expected, double actual) {
        assertEquals(expected, actual, expected * RELATIVE);
    }
}
