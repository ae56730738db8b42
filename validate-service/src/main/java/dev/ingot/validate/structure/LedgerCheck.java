package dev.ingot.validate.structure;

import dev.ingot.checkpoint.adapter.AdapterKey;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.LedgerEntry;
import dev.ingot.validate.weights.AdapterFolder;
import dev.ingot.validate.weights.CheckpointWeights;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Whether the plan's ledger has every tensor of base and adapter exactly once, and no adapter tensor was left out. */
public final class LedgerCheck {
    private final List<String> faults = new ArrayList<>();

    private LedgerCheck() {}

    /** Faults as sentences; none when the ledger is complete. */
    public static List<String> faults(List<LedgerEntry> ledger, CheckpointWeights base, AdapterFolder adapter) {
        LedgerCheck check = new LedgerCheck();
        Map<String, LedgerEntry> ofAdapter = check.byTensor(ledger, InputRole.ADAPTER);
        Map<String, LedgerEntry> ofBase = check.byTensor(ledger, InputRole.BASE);
        check.complete("adapter", adapter.weights().catalog().tensors().keySet(), ofAdapter.keySet());
        check.complete("base", base.catalog().tensors().keySet(), ofBase.keySet());
        for (AdapterKey key : adapter.keys()) {
            LedgerEntry entry = ofAdapter.get(key.raw());
            if (entry != null && !isConsumed(key, entry)) {
                check.faults.add("the adapter's %s was %s, not used".formatted(key.raw(), entry.outcome()));
            }
        }
        return check.faults;
    }

    private Map<String, LedgerEntry> byTensor(List<LedgerEntry> ledger, InputRole role) {
        Map<String, LedgerEntry> byTensor = new HashMap<>();
        for (LedgerEntry entry : ledger) {
            if (entry.role() == role && byTensor.put(entry.tensor(), entry) != null) {
                faults.add("the ledger has two entries for %s".formatted(entry.tensor()));
            }
        }
        return byTensor;
    }

    private void complete(String whose, Set<String> tensors, Set<String> entries) {
        tensors.stream()
                .filter(tensor -> !entries.contains(tensor))
                .sorted()
                .forEach(tensor -> faults.add("the ledger does not account for the %s's %s".formatted(whose, tensor)));
        entries.stream()
                .filter(tensor -> !tensors.contains(tensor))
                .sorted()
                .forEach(tensor -> faults.add("the ledger has %s, which the %s has not".formatted(tensor, whose)));
    }

    /** The frozen copy beside a module that was saved whole is the one kind that a merge has no use for. */
    private static boolean isConsumed(AdapterKey key, LedgerEntry entry) {
        return switch (entry.outcome()) {
            case MERGED, REPLACES, ADDED, PROOF -> true;
            case COPIED, COMPANION, IGNORED -> key.role() == AdapterKey.Role.ORIGINAL;
        };
    }
}
