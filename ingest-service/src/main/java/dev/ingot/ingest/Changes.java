package dev.ingot.ingest;

import dev.ingot.checkpoint.loading.TaskClass;
import dev.ingot.pipeline.plan.LedgerEntry;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the adapter does to the model, resolved against the base's own names.
 *
 * @param byParameter changes of parameters that the base has, or has tied
 * @param added parameters that the base lacks, in natural order
 * @param task the class that the merged checkpoint is of, where a head among these makes it another than the base's
 * @param ledger one entry per adapter tensor
 * @param copies of base tensors that only prove what training saw
 */
record Changes(
        Map<String, ParameterChange> byParameter,
        Map<String, ParameterChange> added,
        Optional<TaskClass> task,
        List<LedgerEntry> ledger,
        List<TrainingCopies.Copy> copies) {
    /** Of a run without an adapter. */
    static final Changes NONE = new Changes(Map.of(), Map.of(), Optional.empty(), List.of());

    Changes {
        byParameter = Map.copyOf(byParameter);
        ledger = List.copyOf(ledger);
        copies = List.copyOf(copies);
    }

    /** Of exported adapters. */
    Changes(
            Map<String, ParameterChange> byParameter,
            Map<String, ParameterChange> added,
            Optional<TaskClass> task,
            List<LedgerEntry> ledger) {
        this(byParameter, added, task, ledger, List.of());
    }

    /** The checkpoint's own packed weight that takes the place of a parameter of the base. */
    Optional<TrainingCopies.Taken> taken(String parameter) {
        return copies.stream()
                .filter(copy -> copy.parameter().equals(parameter))
                .flatMap(copy -> copy.taken().stream())
                .findFirst();
    }

    Optional<ParameterChange> of(String parameter) {
        return Optional.ofNullable(byParameter.get(parameter));
    }
}
