package dev.ingot.validate;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.pipeline.report.Manifest;
import dev.ingot.pipeline.report.Report.Perplexity;
import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.work.ObjectRef;
import dev.ingot.pipeline.work.Progress;
import dev.ingot.validate.family.DecoderRecipe;
import dev.ingot.validate.family.RecipeReader;
import dev.ingot.validate.family.UnknownFamily;
import dev.ingot.validate.weights.CheckpointWeights;
import dev.ingot.validate.weights.Side;
import dev.ingot.validate.weights.TrainedModel;
import dev.ingot.validate.weights.Unmergeable;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A published version, run over the texts of another run: what its own report did not measure. */
final class IncumbentCheckpoint {
    private final FileSet files;
    private final ValidateConfig config;
    private final Progress progress;

    IncumbentCheckpoint(ObjectStore store, Manifest manifest, ValidateConfig config, Progress progress) {
        Map<String, ObjectRef> objects = manifest.files().stream()
                .collect(Collectors.toMap(
                        Manifest.ManifestFile::path, file -> new ObjectRef(file.key(), file.size(), file.sha256(), 0)));
        String name = "%s/%s version %d".formatted(manifest.team(), manifest.model(), manifest.version());
        this.files = new MergedFiles(store, name, objects);
        this.config = config;
        this.progress = progress;
    }

    /** Perplexities of a version, or why there are none: a sentence's part. */
    record Result(List<Perplexity> perplexities, String notMeasured) {}

    /**
     * Measures the version on the tokens on which another checkpoint was. Perplexities per token compare only where both tokenizers make the same tokens of a
     * text.
     *
     * @param request of that checkpoint
     * @param own what was measured of it; of a result, {@code base} and {@code unmerged} are taken from here
     */
    Result measure(JudgeRequest request, List<Perplexity> own) throws IOException, InterruptedException {
        long most = own.stream().mapToLong(Perplexity::tokens).max().orElse(0);
        if (most == 0) {
            return new Result(List.of(), "nothing was measured of this checkpoint");
        }
        ValidateConfig exact = config.onTokens(most);
        try (CheckpointWeights weights = CheckpointWeights.ofModel(files)) {
            ModelConfig model = ModelConfig.read(files);
            boolean tied =
                    TrainedModel.Ends.of(model, weights.names()::contains).tied();
            DecoderRecipe recipe = RecipeReader.read(model, tied, weights::shape);
            Side side = new Side(Side.Variant.MERGED, recipe, weights, Map.of());
            Fidelity theirs = new Fidelity(exact, request.of(files), progress);
            Fidelity ours = new Fidelity(exact, request, progress);
            return new Result(theirs.alone(side, weights, ours.windows(recipe, weights), own), "");
        } catch (UnknownFamily | RefusedInput | Unmergeable unmeasured) {
            return new Result(List.of(), "its checkpoint could not be measured: " + unmeasured.getMessage());
        }
    }
}
