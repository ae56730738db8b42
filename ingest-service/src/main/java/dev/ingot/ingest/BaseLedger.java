package dev.ingot.ingest;

import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.LedgerEntry;
import dev.ingot.pipeline.plan.LedgerEntry.Outcome;
import java.util.ArrayList;
import java.util.List;

/** The ledger's entries of the base's tensors. */
final class BaseLedger {
    private BaseLedger() {}

    /** @param leftOut parameters that the merged class has not */
    static List<LedgerEntry> of(BaseModel base, Changes changes, List<String> leftOut) {
        List<LedgerEntry> entries = new ArrayList<>();
        for (LocatedTensor tensor : base.parameters().values()) {
            entries.add(entry(tensor.name(), changes, leftOut));
        }
        for (LocatedTensor companion : base.companions()) {
            entries.add(new LedgerEntry(InputRole.BASE, companion.name(), Outcome.COMPANION, "", ""));
        }
        return entries;
    }

    private static LedgerEntry entry(String name, Changes changes, List<String> leftOut) {
        if (leftOut.contains(name)) {
            return new LedgerEntry(
                    InputRole.BASE, name, Outcome.IGNORED, "", "the merged class has no language-model head");
        }
        boolean replaced =
                changes.of(name).map(change -> change.replacement().isPresent()).orElse(false);
        return replaced
                ? new LedgerEntry(InputRole.BASE, name, Outcome.IGNORED, "", "the adapter brings its own")
                : new LedgerEntry(InputRole.BASE, name, Outcome.COPIED, name, "");
    }
}
