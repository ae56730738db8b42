package dev.ingot.validate.gate;

import dev.ingot.validate.measure.Measurement;
import dev.ingot.validate.recompute.TensorCheck;
import java.util.List;
import java.util.Optional;

/**
 * What validate found, before any limit.
 *
 * @param examined whether anything was looked at; false with {@code notMeasured} saying why
 * @param structure faults of the checkpoint's files, config and tensors: sentences
 * @param accounting faults of the ledger: sentences
 * @param adapterTensors how many the adapter has
 * @param replaced how many tensors the adapter brings whole
 * @param weights one check per tensor; empty with {@code weightsNotChecked} saying why
 * @param measurement absent with {@code notMeasured} saying why
 */
public record Findings(
        boolean examined,
        List<String> structure,
        List<String> accounting,
        int adapterTensors,
        int replaced,
        List<TensorCheck> weights,
        String weightsNotChecked,
        Optional<Measurement> measurement,
        String notMeasured) {
    public Findings {
        structure = List.copyOf(structure);
        accounting = List.copyOf(accounting);
        weights = List.copyOf(weights);
    }

    /** Nothing was looked at. */
    public static Findings none(String why) {
        return new Findings(false, List.of(), List.of(), 0, 0, List.of(), why, Optional.empty(), why);
    }

    /** Share of the adapter's delta, over all modules, that one rounding to the output dtype takes. */
    public double lostShare() {
        double delta = weights.stream().mapToDouble(TensorCheck::delta).sum();
        double lost = weights.stream()
                .filter(TensorCheck::touched)
                .mapToDouble(TensorCheck::lost)
                .sum();
        return delta == 0 ? 0 : Math.sqrt(lost / delta);
    }
}
