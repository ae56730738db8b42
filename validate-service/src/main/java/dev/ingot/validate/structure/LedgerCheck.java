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
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether the plan's ledger has every tensor of base and adapter exactly once, and no adapter tensor was left out. */
public final class LedgerCheck {
    private final List<String> faults = new ArrayList<>();

    private LedgerCheck() {}

    /** Faults as sentences; none when the ledger is complete. */
    public static List<String> faults(List<LedgerEntry> ledger, CheckpointWeights base, List<AdapterFolder> adapters) {
        LedgerCheck check = new LedgerCheck();
        for (int i = 0; i < adapters.size(); i++) {
            check.adapter(ledger, adapters.size() == 1 ? null : i + 1, adapters.get(i));
        }
        check.others(ledger, adapters.size());
        Map<String, LedgerEntry> ofBase = check.byTensor(ledger, InputRole.BASE, null);
        check.complete("base", base.catalog().tensors().keySet(), ofBase.keySet());
        return check.faults;
    }

    /** @param number of the adapter among several; null where there is one */
    private void adapter(List<LedgerEntry> ledger, @Nullable Integer number, AdapterFolder adapter) {
        Map<String, LedgerEntry> entries = byTensor(ledger, InputRole.ADAPTER, number);
        String whose = number == null ? "adapter" : "adapter " + number;
        complete(whose, adapter.weights().catalog().tensors().keySet(), entries.keySet());
        for (AdapterKey key : adapter.keys()) {
            LedgerEntry entry = entries.get(key.raw());
            if (entry != null && !isConsumed(key, entry)) {
                faults.add("the %s's %s was %s, not used".formatted(whose, key.raw(), entry.outcome()));
            }
        }
    }

    /** Entries of an adapter that the run has not. */
    private void others(List<LedgerEntry> ledger, int adapters) {
        ledger.stream()
                .filter(entry -> entry.role() == InputRole.ADAPTER)
                .filter(entry ->
                        adapters == 1 ? entry.adapter() != null : entry.adapter() == null || entry.adapter() > adapters)
                .forEach(entry ->
                        faults.add("the ledger has %s, of an adapter that the run has not".formatted(entry.name())));
    }

    private Map<String, LedgerEntry> byTensor(List<LedgerEntry> ledger, InputRole role, @Nullable Integer adapter) {
        Map<String, LedgerEntry> byTensor = new HashMap<>();
        for (LedgerEntry entry : ledger) {
            boolean ofThis = entry.role() == role && Objects.equals(entry.adapter(), adapter);
            if (ofThis && byTensor.put(entry.tensor(), entry) != null) {
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
