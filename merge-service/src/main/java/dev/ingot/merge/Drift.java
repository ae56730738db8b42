package dev.ingot.merge;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.merge.TensorTally.CopyOf;
import dev.ingot.pipeline.work.StageResult.CopyFact;
import java.util.List;
import java.util.stream.Collectors;

/** Ends a run whose training checkpoint has other copies of the base than the base at hand. */
final class Drift {
    private static final int SHOWN = 4;

    private Drift() {}

    /** What was found of all copies in a shard; RefusedInput {@code adapter.mirror-drift} where a difference is to end the run. */
    static List<CopyFact> require(List<TensorTally> tallies) {
        List<CopyOf> copies =
                tallies.stream().flatMap(tally -> tally.copies().stream()).toList();
        List<CopyFact> drifted = copies.stream()
                .filter(copy -> copy.refused() && !copy.fact().isEqual())
                .map(CopyOf::fact)
                .toList();
        if (!drifted.isEmpty()) {
            String shown = drifted.stream().limit(SHOWN).map(CopyFact::text).collect(Collectors.joining("; "));
            int more = drifted.size() - SHOWN;
            throw new RefusedInput(
                    "adapter.mirror-drift",
                    "The checkpoint's own copies of %,d of %,d base tensors in this shard differ from the base: %s%s."
                            .formatted(
                                    drifted.size(),
                                    copies.size(),
                                    shown,
                                    more > 0 ? "; and %,d more".formatted(more) : ""),
                    "check --base, its revision and --quantization-config; or say which counts: --mirrors base, or --mirrors checkpoint");
        }
        return copies.stream().map(CopyOf::fact).toList();
    }
}
