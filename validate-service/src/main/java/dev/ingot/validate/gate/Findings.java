package dev.ingot.validate.gate;

import dev.ingot.pipeline.report.Report;
import dev.ingot.validate.measure.Measurement;
import dev.ingot.validate.recompute.TensorCheck;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What validate found, before any limit.
 *
 * @param examined whether anything was looked at; false with {@code notMeasured} saying why
 * @param structure faults of the checkpoint's files, config and tensors: sentences
 * @param accounting faults of the ledger: sentences
 * @param adapterTensors how many the adapter has
 * @param replaced how many tensors the adapter brings whole
 * @param weights one check per tensor that was compared
 * @param weightsNotChecked why there are none, or not of all tensors; empty where all were compared
 * @param otherBase the form of the base on which the merge would be right, where it is not right on what training saw
 * @param measurement absent with {@code notMeasured} saying why
 * @param notes what to know of the checkpoint without fault: sentences
 */
public record Findings(
        boolean examined,
        List<String> structure,
        List<String> accounting,
        int adapterTensors,
        int replaced,
        List<TensorCheck> weights,
        String weightsNotChecked,
        Optional<OtherBase> otherBase,
        Optional<Measurement> measurement,
        String notMeasured,
        List<String> notes) {
    /** Divergence below which float32 arithmetic in another order tells nothing of its share. */
    private static final double MEASURABLE = 1e-7;

    public Findings {
        structure = List.copyOf(structure);
        accounting = List.copyOf(accounting);
        weights = List.copyOf(weights);
        notes = List.copyOf(notes);
    }

    /** Nothing was looked at. */
    public static Findings none(String why) {
        return new Findings(
                false, List.of(), List.of(), 0, 0, List.of(), why, Optional.empty(), Optional.empty(), why, List.of());
    }

    /**
     * Whether every value of every tensor was compared and is the recomputed one, and files, config and ledger are right. What such a checkpoint computes
     * otherwise than the unmerged model is what rounding costs; no merge could do better in this dtype.
     */
    public boolean isExact() {
        return structure.isEmpty()
                && accounting.isEmpty()
                && weightsNotChecked.isEmpty()
                && otherBase.isEmpty()
                && !weights.isEmpty()
                && weights.stream().allMatch(check -> check.equal() == check.elements());
    }

    /** How many tensors the adapter changes. */
    public long changed() {
        return weights.stream().filter(check -> check.delta() > 0).count() + replaced;
    }

    /** What the changed tensors were rounded to, for people: {@code bfloat16}; empty where none was compared. */
    public String roundedTo() {
        return weights.stream()
                .filter(TensorCheck::touched)
                .map(check -> check.dtype().torchName())
                .distinct()
                .collect(Collectors.joining(" and "));
    }

    /**
     * Share of the adapter's effect that rounding took, at most 1. Rounding noise as large as the delta may still leave what the delta does, for
     * noise has no direction: where it was measured, the share of the effect that merging moved bounds what the weights say.
     */
    public double takenShare() {
        double ofWeights = Math.min(1, lostShare());
        if (measurement.isEmpty()) {
            return replaced > 0 ? 0 : ofWeights;
        }
        Report.Fidelity fidelity = measurement.get().fidelity();
        return fidelity.effectKl() > MEASURABLE
                ? Math.min(ofWeights, Math.sqrt(fidelity.meanKl() / fidelity.effectKl()))
                : ofWeights;
    }

    /** Norm of what one rounding to the output dtype does, as a share of the adapter's delta, over all modules; above 1 where noise is larger. */
    public double lostShare() {
        double delta = weights.stream().mapToDouble(TensorCheck::delta).sum();
        double lost = weights.stream()
                .filter(TensorCheck::touched)
                .mapToDouble(TensorCheck::lost)
                .sum();
        return delta == 0 ? 0 : Math.sqrt(lost / delta);
    }
}
