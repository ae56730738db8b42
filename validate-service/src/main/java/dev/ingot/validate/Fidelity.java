package dev.ingot.validate;

import dev.ingot.checkpoint.json.Json;
import dev.ingot.checkpoint.json.JsonArray;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.checkpoint.source.SmallFiles;
import dev.ingot.pipeline.report.Report.Perplexity;
import dev.ingot.pipeline.report.WorstToken;
import dev.ingot.pipeline.request.RunRequest.ValidationLevel;
import dev.ingot.pipeline.work.Progress;
import dev.ingot.validate.family.DecoderRecipe;
import dev.ingot.validate.family.RecipeReader;
import dev.ingot.validate.family.UnknownFamily;
import dev.ingot.validate.forward.SideBySide;
import dev.ingot.validate.forward.Speed;
import dev.ingot.validate.forward.Tokenizer;
import dev.ingot.validate.measure.Measurement;
import dev.ingot.validate.measure.TokenScores;
import dev.ingot.validate.measure.Window;
import dev.ingot.validate.measure.WorstTokens;
import dev.ingot.validate.text.EvaluationText;
import dev.ingot.validate.text.Windows;
import dev.ingot.validate.weights.CheckpointWeights;
import dev.ingot.validate.weights.LeftOut;
import dev.ingot.validate.weights.RecipeFit;
import dev.ingot.validate.weights.Side;
import dev.ingot.validate.weights.Side.Variant;
import dev.ingot.validate.weights.TrainedModel;
import dev.ingot.validate.weights.WeightSource;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Runs the three models over the evaluation texts, where the family and the tokenizer allow it. */
final class Fidelity {
    private static final int MAX_TOKENIZER_BYTES = 256 << 20;
    /** Operations per parameter and token: a multiplication and an addition in each of the three models. */
    private static final double OPERATIONS = 6;

    private final ValidateConfig config;
    private final JudgeRequest request;
    private final Progress progress;

    /** A measurement, or why there is none. */
    record Result(Optional<Measurement> measurement, String notMeasured) {}

    Fidelity(ValidateConfig config, JudgeRequest request, Progress progress) {
        this.config = config;
        this.request = request;
        this.progress = progress;
    }

    Result measure(
            CheckpointWeights base,
            ModelConfig baseConfig,
            TrainedModel trained,
            WeightSource merged,
            ModelConfig mergedConfig,
            boolean mergedTied)
            throws IOException, InterruptedException {
        try {
            if (!trained.type().languageHead()) {
                throw new UnknownFamily(
                        "a " + trained.type().architecture() + ", which puts labels first and not tokens");
            }
            DecoderRecipe recipe = RecipeReader.read(baseConfig, trained.ends().tied(), trained.base()::shape);
            DecoderRecipe mergedRecipe = RecipeReader.read(mergedConfig, mergedTied, merged::shape);
            requireSameSize(recipe, mergedRecipe);
            List<Window> windows = windows(recipe, base);
            if (windows.isEmpty()) {
                return new Result(Optional.empty(), "the evaluation texts have no token to predict");
            }
            Side before = new Side(Variant.BASE, recipe, trained.base(), Map.of());
            Side unmerged = new Side(Variant.UNMERGED, recipe.untied(), trained.unmerged(), trained.deltas());
            Side after = new Side(Variant.MERGED, mergedRecipe, merged, Map.of());
            List.of(before, unmerged, after).forEach(RecipeFit::require);
            List<String> leftOut = LeftOut.of(trained, unmerged.recipe());
            requireOutside(leftOut, recipe);
            TokenScores scores = SideBySide.run(before, unmerged, after, windows, config.threads(), progress);
            return new Result(
                    Optional.of(new Measurement(scores, request.texts(), leftOut, worst(scores, windows))), "");
        } catch (UnknownFamily unknown) {
            return new Result(Optional.empty(), unknown.getMessage());
        }
    }

    /** Of a decoder layer every change has to be measured; what stands beside the decoder is named in the report. */
    private static void requireOutside(List<String> leftOut, DecoderRecipe recipe) {
        leftOut.stream()
                .filter(tensor -> tensor.startsWith(recipe.layerPrefix()))
                .findFirst()
                .ifPresent(tensor -> {
                    throw new UnknownFamily("what the adapter does to " + tensor);
                });
    }

    /** The three models run side by side, token by token and layer by layer. */
    private static void requireSameSize(DecoderRecipe base, DecoderRecipe merged) {
        int layers = base.layers().size();
        if (layers != merged.layers().size() || base.vocabulary() != merged.vocabulary()) {
            throw new UnknownFamily("a model of %d layers and %d tokens beside its base of %d layers and %d tokens"
                    .formatted(merged.layers().size(), merged.vocabulary(), layers, base.vocabulary()));
        }
    }

    /** Reads the tokenizer again, which takes less than to have it in memory while the models run. */
    private List<WorstToken> worst(TokenScores scores, List<Window> windows) throws IOException {
        WorstTokens tokens = new WorstTokens(scores, windows, request.texts());
        if (!tokens.any()) {
            return List.of();
        }
        try (Tokenizer tokenizer = tokenizer()) {
            return tokens.find(tokenizer::decode);
        }
    }

    private Tokenizer tokenizer() throws IOException {
        FileSet source = request.merged();
        byte[] json = SmallFiles.readSmall(source, Tokenizer.FILE, MAX_TOKENIZER_BYTES)
                .orElseThrow(() -> new UnknownFamily("a text without " + Tokenizer.FILE));
        return Tokenizer.read(json, source.location());
    }

    /**
     * Perplexities of one model alone, on windows that another tokenizer cut.
     *
     * @param own of the model that the windows are of; of the result, {@code merged} alone is this model's
     * @throws UnknownFamily where this model's tokenizer cuts the texts otherwise
     */
    List<Perplexity> alone(Side side, CheckpointWeights weights, List<Window> windows, List<Perplexity> own)
            throws IOException, InterruptedException {
        if (!same(windows(side.recipe(), weights), windows)) {
            throw new UnknownFamily("a text of which its tokenizer makes other tokens");
        }
        RecipeFit.require(side);
        double[] losses = SideBySide.losses(side, windows, config.threads(), progress);
        double[] sums = new double[request.texts().size()];
        long[] counts = new long[sums.length];
        int token = 0;
        for (Window window : windows) {
            for (int i = 0; i < window.predicted(); i++) {
                sums[window.set()] += losses[token++];
            }
            counts[window.set()] += window.predicted();
        }
        List<Perplexity> perplexities = new ArrayList<>();
        for (int set = 0; set < sums.length; set++) {
            String name = request.texts().get(set).set();
            double perplexity = Math.exp(sums[set] / counts[set]);
            long tokens = counts[set];
            own.stream()
                    .filter(each -> each.set().equals(name) && each.tokens() == tokens)
                    .map(each -> each.mergedBy(perplexity))
                    .forEach(perplexities::add);
        }
        return perplexities;
    }

    private static boolean same(List<Window> one, List<Window> other) {
        return one.size() == other.size()
                && IntStream.range(0, one.size())
                        .allMatch(i ->
                                Arrays.equals(one.get(i).tokens(), other.get(i).tokens()));
    }

    List<Window> windows(DecoderRecipe recipe, CheckpointWeights base) throws IOException {
        Windows cutter = new Windows(length(recipe), endOfSequence());
        long budget = budget(base);
        List<Window> windows = new ArrayList<>();
        try (Tokenizer tokenizer = tokenizer()) {
            for (int set = 0; set < request.texts().size(); set++) {
                EvaluationText text = request.texts().get(set);
                windows.addAll(cutter.cut(set, text, tokenizer::encode, budget));
            }
        }
        requireInVocabulary(windows, recipe);
        return windows;
    }

    /** Predicted tokens per window: no more than the model has positions for. */
    private int length(DecoderRecipe recipe) {
        return recipe.positions()
                .map(table -> Math.toIntExact(Math.min(table.rows(), config.window())))
                .orElse(config.window());
    }

    private static void requireInVocabulary(List<Window> windows, DecoderRecipe recipe) {
        for (Window window : windows) {
            for (int token : window.tokens()) {
                if (token >= recipe.vocabulary()) {
                    throw new UnknownFamily("token %d of the tokenizer, which the vocabulary of %d has not"
                            .formatted(token, recipe.vocabulary()));
                }
            }
        }
    }

    /** Predicted tokens per set: as many as the time allows on this machine. */
    private long budget(CheckpointWeights base) {
        boolean full = request.level() == ValidationLevel.FULL;
        Duration time = full ? ValidateConfig.FULL_TIME : request.time();
        long sets = Math.max(1, request.texts().size());
        long least = Math.ceilDiv(
                full ? Math.max(ValidateConfig.FULL_TOKENS_AT_LEAST, config.smokeTokens()) : config.smokeTokens(),
                sets);
        long parameters = base.names().stream()
                .mapToLong(name -> base.shape(name).orElseThrow().elements())
                .sum();
        double seconds = Math.max(1, time.toMillis() / 1e3);
        double tokens = seconds * Speed.operationsPerSecond() / (OPERATIONS * parameters);
        return Math.min(config.fullTokens(), Math.max(least, (long) (tokens / sets)));
    }

    /** The first that config or generation_config name. */
    private int endOfSequence() throws IOException {
        JsonObject own = ModelConfig.read(request.merged()).json();
        Optional<Integer> known = token(own).or(() -> token(new ModelConfig(own).text()));
        if (known.isPresent()) {
            return known.get();
        }
        Optional<byte[]> generation = SmallFiles.readSmall(request.merged(), "generation_config.json", 1 << 20);
        return generation
                .flatMap(text -> token(Json.parseObject(text, "generation_config.json")))
                .orElseThrow(() -> new UnknownFamily("a text where config.json names no eos_token_id"));
    }

    private static Optional<Integer> token(JsonObject json) {
        return json.integer("eos_token_id")
                .or(() -> json.array("eos_token_id").map(JsonArray::values).stream()
                        .flatMap(List::stream)
                        .filter(JsonNumber.class::isInstance)
                        .map(value -> ((JsonNumber) value).asLong())
                        .findFirst())
                .map(Math::toIntExact);
    }
}
