package dev.ingot.validate;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.loading.TrainingQuantization;
import dev.ingot.checkpoint.model.ModelConfig;
import dev.ingot.pipeline.report.NumberText;
import dev.ingot.pipeline.work.Progress;
import dev.ingot.validate.gate.GatePolicy;
import dev.ingot.validate.gate.OtherBase;
import dev.ingot.validate.gate.WeightGates;
import dev.ingot.validate.recompute.FourBitTraces;
import dev.ingot.validate.recompute.Recomputation;
import dev.ingot.validate.recompute.TensorCheck;
import dev.ingot.validate.weights.AdapterFolder;
import dev.ingot.validate.weights.CheckpointWeights;
import dev.ingot.validate.weights.MergedWeights;
import dev.ingot.validate.weights.TrainedModel;
import dev.ingot.validate.weights.Unmergeable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Asks of a merge that is not the trained model whether it is right on another form of the base: 16 bit for 4, or 4 for 16. */
final class MergeBaseSearch {
    /** Tensors that a form of the base has to explain before all are held against it. */
    private static final int FIRST = 3;

    private final CheckpointWeights base;
    private final ModelConfig config;
    private final List<AdapterFolder> adapters;
    private final MergedWeights merged;
    private final boolean tied;
    private final GatePolicy policy;

    MergeBaseSearch(
            CheckpointWeights base,
            ModelConfig config,
            List<AdapterFolder> adapters,
            MergedWeights merged,
            boolean tied,
            GatePolicy policy) {
        this.base = base;
        this.config = config;
        this.adapters = adapters;
        this.merged = merged;
        this.tied = tied;
        this.policy = policy;
    }

    /**
     * The other form, where there is one and the merge is right on it.
     *
     * @param checks of the merge against what training saw
     */
    Optional<OtherBase> find(TrainedModel trained, Optional<TrainingQuantization> asked, List<TensorCheck> checks)
            throws IOException {
        List<String> wrong = checks.stream()
                .filter(check -> WeightGates.isWrong(check, policy))
                .map(TensorCheck::tensor)
                .toList();
        if (wrong.isEmpty()) {
            return Optional.empty();
        }
        if (asked.isPresent()) {
            return explains(Optional.empty(), wrong)
                    ? Optional.of(
                            OtherBase.original("every tensor is right on it, %d of %d are not on what training saw"
                                    .formatted(wrong.size(), checks.size())))
                    : Optional.empty();
        }
        return base.packed().isEmpty() ? dequantized(wrong) : packed(trained);
    }

    private Optional<OtherBase> packed(TrainedModel trained) throws IOException {
        return FourBitTraces.find(trained, merged, base.packed())
                .map(found -> OtherBase.original(
                        "%s of its values without the adapter's part are in the %s cells of this base, which is %s of their size away"
                                .formatted(
                                        NumberText.percent(found.sameCell()),
                                        found.code().name(),
                                        NumberText.percent(found.apart()))));
    }

    private Optional<OtherBase> dequantized(List<String> wrong) throws IOException {
        for (String name : TrainingQuantization.readyNames()) {
            if (explains(Optional.of(TrainingQuantization.read(name)), wrong)) {
                return Optional.of(OtherBase.dequantized(name));
            }
        }
        return Optional.empty();
    }

    /** On a few of the tensors that are wrong, then on a sample of all; a base that nobody can have trained on in that form explains nothing. */
    private boolean explains(Optional<TrainingQuantization> how, List<String> wrong) throws IOException {
        TrainedModel other;
        try {
            other = TrainedModel.of(base, config, adapters, how);
        } catch (Unmergeable | RefusedInput unknown) {
            return false;
        }
        List<String> first = wrong.subList(0, Math.min(FIRST, wrong.size()));
        return fits(Recomputation.of(first, other, merged, tied, false))
                && fits(Recomputation.compare(other, merged, tied, false, Progress.NONE)
                        .checks());
    }

    private boolean fits(List<TensorCheck> checks) {
        return !checks.isEmpty() && checks.stream().noneMatch(check -> WeightGates.isWrong(check, policy));
    }
}
