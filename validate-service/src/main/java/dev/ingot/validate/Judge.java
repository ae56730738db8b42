package dev.ingot.validate;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.adapter.AdapterKey;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.checkpoint.names.HeadlessCheckpoint;
import dev.ingot.checkpoint.names.ParameterNames;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.pipeline.request.RunRequest.ValidationLevel;
import dev.ingot.pipeline.source.AdapterFiles;
import dev.ingot.pipeline.work.Progress;
import dev.ingot.validate.gate.Findings;
import dev.ingot.validate.gate.OtherBase;
import dev.ingot.validate.measure.Measurement;
import dev.ingot.validate.recompute.Recomputation;
import dev.ingot.validate.recompute.TensorCheck;
import dev.ingot.validate.structure.FrozenCopies;
import dev.ingot.validate.structure.GenerationCheck;
import dev.ingot.validate.structure.LedgerCheck;
import dev.ingot.validate.structure.SpeculativeLayers;
import dev.ingot.validate.structure.StructureCheck;
import dev.ingot.validate.structure.Tied;
import dev.ingot.validate.structure.TokenizerCheck;
import dev.ingot.validate.weights.AdapterFolder;
import dev.ingot.validate.weights.AdapterFolders;
import dev.ingot.validate.weights.CheckpointWeights;
import dev.ingot.validate.weights.MergedWeights;
import dev.ingot.validate.weights.TrainedModel;
import dev.ingot.validate.weights.Unmergeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Decides whether a merged checkpoint is the model that training left. Loads what was written as a consumer would, and builds the unmerged side on its
 * own from adapter_config.json and raw keys. IOException means that a file could not be read and the caller may try again.
 */
public final class Judge {
    private final ValidateConfig config;

    public Judge(ValidateConfig config) {
        this.config = config;
    }

    /** What validate found; no limit has been applied yet. */
    public Findings examine(JudgeRequest request, Progress progress) throws IOException, InterruptedException {
        if (request.level() == ValidationLevel.OFF) {
            return Findings.none("the request says validate=off");
        }
        try (CheckpointWeights base = CheckpointWeights.ofModel(request.base(), request.swapNibbles());
                AdapterFolders adapters = AdapterFolders.open(request.adapters())) {
            return examine(request, base, adapters.inOrder(request.baseIsResidual()), progress);
        }
    }

    private Findings examine(JudgeRequest request, CheckpointWeights base, List<AdapterFolder> raw, Progress progress)
            throws IOException, InterruptedException {
        ModelConfig stored = ModelConfig.read(request.base());
        Optional<HeadlessCheckpoint> headless = raw.stream()
                .flatMap(adapter -> adapter.withoutHead(base, stored).stream())
                .findFirst();
        CheckpointWeights named =
                headless.map(each -> base.under(each.prefix())).orElse(base);
        return examine(
                request, named, headless.map(each -> each.applied(stored)).orElse(stored), raw, progress);
    }

    /** @param baseConfig of the class that was trained, where the base is one's body that was saved alone */
    private Findings examine(
            JudgeRequest request,
            CheckpointWeights base,
            ModelConfig baseConfig,
            List<AdapterFolder> raw,
            Progress progress)
            throws IOException, InterruptedException {
        List<AdapterFolder> adapters = new ArrayList<>();
        try {
            for (AdapterFolder adapter : raw) {
                adapters.add(adapter.onto(base, baseConfig));
            }
        } catch (Unmergeable | RefusedInput unreadable) {
            return unreadable(raw, LedgerCheck.faults(request.plan().ledger(), base, raw), unreadable);
        }
        List<String> accounting =
                new ArrayList<>(LedgerCheck.faults(request.plan().ledger(), base, adapters));
        try {
            TrainedModel trained = TrainedModel.of(base, baseConfig, adapters, request.quantization());
            accounting.addAll(FrozenCopies.faults(adapters, trained, new ParameterNames(base.names(), baseConfig)));
            return examine(request, base, baseConfig, adapters, trained, accounting, progress);
        } catch (Unmergeable | RefusedInput unreadable) {
            return unreadable(adapters, accounting, unreadable);
        }
    }

    private Findings examine(
            JudgeRequest request,
            CheckpointWeights base,
            ModelConfig baseConfig,
            List<AdapterFolder> adapters,
            TrainedModel trained,
            List<String> accounting,
            Progress progress)
            throws IOException, InterruptedException {
        try (MergedWeights merged = MergedWeights.open(request.merged(), trained, baseConfig)) {
            ModelConfig mergedConfig = ModelConfig.read(request.merged());
            boolean tied = Tied.whenLoaded(mergedConfig, merged, trained.ends());
            List<String> structure = new ArrayList<>(
                    StructureCheck.faults(request.merged(), baseConfig, mergedConfig, trained, merged, tied));
            structure.addAll(tokenizer(request, trained));
            structure.addAll(generation(request, baseConfig, mergedConfig));
            List<String> notes = notes(request, baseConfig, trained, merged);
            if (request.level() == ValidationLevel.STRUCTURE) {
                String why = "the request says validate=structure";
                return findings(
                        adapters,
                        trained,
                        structure,
                        accounting,
                        List.of(),
                        why,
                        Optional.empty(),
                        Optional.empty(),
                        why,
                        notes);
            }
            boolean all = request.level() == ValidationLevel.FULL;
            Recomputation.Result recomputed =
                    Recomputation.compare(trained, merged, tied, all, config.threads(), progress);
            List<TensorCheck> weights = CastAdapters.recheck(
                    request, base, baseConfig, adapters, merged, tied, recomputed.checks(), config.policy(), all);
            String left = recomputed.left();
            Optional<OtherBase> other = new MergeBaseSearch(base, baseConfig, adapters, merged, tied, config.policy())
                    .find(trained, request.quantization(), weights);
            if (!structure.isEmpty() || !left.isEmpty()) {
                String unmeasured = structure.isEmpty() ? left : "what was written cannot be loaded as it is";
                return findings(
                        adapters,
                        trained,
                        structure,
                        accounting,
                        weights,
                        left,
                        other,
                        Optional.empty(),
                        unmeasured,
                        notes);
            }
            Fidelity fidelity = new Fidelity(config, request, progress);
            Fidelity.Result result = fidelity.measure(base, baseConfig, trained, merged, mergedConfig, tied);
            return findings(
                    adapters,
                    trained,
                    structure,
                    accounting,
                    weights,
                    "",
                    other,
                    result.measurement(),
                    result.notMeasured(),
                    notes);
        }
    }

    private static List<String> tokenizer(JudgeRequest request, TrainedModel trained) throws IOException {
        long rows = trained.weights()
                .shape(trained.ends().inputTensor())
                .map(shape -> shape.dim(0))
                .orElse(0L);
        return TokenizerCheck.faults(request.base(), folders(request), request.merged(), rows);
    }

    private static List<String> generation(JudgeRequest request, ModelConfig base, ModelConfig merged)
            throws IOException {
        List<FileSet> adapters = folders(request);
        return GenerationCheck.faults(
                request.base(),
                base,
                request.merged(),
                merged,
                TokenizerCheck.end(request.base(), adapters),
                TokenizerCheck.isBrought(request.base(), adapters));
    }

    private static List<String> notes(
            JudgeRequest request, ModelConfig base, TrainedModel trained, MergedWeights merged) throws IOException {
        List<String> notes = new ArrayList<>(SpeculativeLayers.notes(base, trained, merged));
        notes.addAll(TokenizerCheck.notes(request.base(), folders(request), request.merged()));
        return notes;
    }

    private static List<FileSet> folders(JudgeRequest request) {
        return request.adapters().stream().map(AdapterFiles::files).toList();
    }

    private static Findings findings(
            List<AdapterFolder> adapters,
            TrainedModel trained,
            List<String> structure,
            List<String> accounting,
            List<TensorCheck> weights,
            String weightsNotChecked,
            Optional<OtherBase> otherBase,
            Optional<Measurement> measurement,
            String notMeasured,
            List<String> notes) {
        int replaced = (int) adapters.stream()
                .flatMap(adapter -> adapter.keys().stream())
                .filter(key -> key.role() == AdapterKey.Role.WHOLE)
                .filter(key -> trained.tensors().contains(key.target()))
                .filter(key -> trained.weights().origin(key.target()).endsWith("#" + key.raw()))
                .count();
        return new Findings(
                true,
                structure,
                accounting,
                tensors(adapters),
                replaced,
                weights,
                weightsNotChecked,
                otherBase,
                measurement,
                notMeasured,
                notes);
    }

    private static int tensors(List<AdapterFolder> adapters) {
        return adapters.stream().mapToInt(adapter -> adapter.keys().size()).sum();
    }

    /** An adapter of a kind that the judge does not know is not at fault; a checkpoint that cannot be read is. */
    private static Findings unreadable(List<AdapterFolder> adapters, List<String> accounting, RuntimeException why) {
        List<String> structure = why instanceof RefusedInput ? List.of(why.getMessage()) : List.of();
        return new Findings(
                true,
                structure,
                accounting,
                tensors(adapters),
                0,
                List.of(),
                why.getMessage(),
                Optional.empty(),
                Optional.empty(),
                why.getMessage(),
                List.of());
    }
}
