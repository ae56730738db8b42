package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.loading.MissingWeights;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Whether a base has every weight of its model: nothing else in a run would miss one, because a ledger counts only what is there. */
final class Completeness {
    private static final int SHOWN = 3;

    private Completeness() {}

    /** A sentence on what may be missing from a base that nothing is added to; throws as below. */
    static Optional<String> require(BaseModel base) {
        return require(base, Set.of());
    }

    /**
     * A sentence on what may be missing; empty where nothing is.
     *
     * @param brought names of what adapters have whole
     * @throws RefusedInput {@code base.missing-weight} for a weight without which the model cannot be
     */
    static Optional<String> require(BaseModel base, Set<String> brought) {
        MissingWeights missing = MissingWeights.of(base.config(), base.parameters());
        List<String> certain = without(missing.certain(), brought);
        List<String> doubtful = without(missing.doubtful(), brought);
        if (!certain.isEmpty()) {
            throw new RefusedInput(
                    "base.missing-weight",
                    "The base in %s is not whole: a %s has %s, and no file holds %s."
                            .formatted(
                                    base.catalog().location(),
                                    base.config().architecture().isEmpty()
                                            ? base.config().modelType()
                                            : base.config().architecture(),
                                    listed(certain),
                                    certain.size() == 1 ? "it" : "them"),
                    "download the checkpoint again, or save it again with every weight in it: transformers would fill them"
                            + " with random numbers");
        }
        return doubtful.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "No file of the base holds %s, which other layers have. Whether the model does without is not known."
                                .formatted(listed(doubtful)));
    }

    private static List<String> without(List<String> names, Set<String> brought) {
        return names.stream().filter(name -> !brought.contains(name)).toList();
    }

    private static String listed(List<String> names) {
        String shown = String.join(", ", names.subList(0, Math.min(SHOWN, names.size())));
        int more = names.size() - SHOWN;
        return more <= 0 ? shown : "%s and %d more".formatted(shown, more);
    }
}
