package dev.ingot.ingest;

import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.quantized.QuantizedParameter;
import dev.ingot.checkpoint.quantized.Remark;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.LedgerEntry;
import dev.ingot.pipeline.plan.LedgerEntry.Outcome;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The ledger's entries of the base's tensors. */
final class BaseLedger {
    private BaseLedger() {}

    /** @param leftOut parameters that the merged class has not */
    static List<LedgerEntry> of(BaseModel base, Changes changes, List<String> leftOut) {
        Map<String, LedgerEntry> entries = new LinkedHashMap<>();
        base.parameters()
                .forEach((name, tensor) ->
                        entries.putIfAbsent(tensor.name(), entry(base, name, tensor.name(), changes, leftOut)));
        for (LocatedTensor companion : base.companions()) {
            entries.put(companion.name(), new LedgerEntry(InputRole.BASE, companion.name(), Outcome.COMPANION, "", ""));
        }
        for (String tensor : base.catalog().tensors().keySet()) {
            entries.putIfAbsent(
                    tensor,
                    new LedgerEntry(
                            InputRole.BASE, tensor, Outcome.IGNORED, "", "layer_replication leaves its layer out"));
        }
        return List.copyOf(entries.values());
    }

    private static LedgerEntry entry(
            BaseModel base, String name, String tensor, Changes changes, List<String> leftOut) {
        if (leftOut.contains(name)) {
            return new LedgerEntry(
                    InputRole.BASE, tensor, Outcome.IGNORED, "", "the merged class has no language-model head");
        }
        boolean replaced =
                changes.of(name).map(change -> change.replacement().isPresent()).orElse(false)
                        || changes.taken(name).isPresent();
        return replaced
                ? new LedgerEntry(InputRole.BASE, tensor, Outcome.IGNORED, "", "the adapter brings its own")
                : new LedgerEntry(InputRole.BASE, tensor, Outcome.COPIED, name, remarks(base, name));
    }

    /** How a quantized parameter was read, where that is worth a word; else empty. */
    private static String remarks(BaseModel base, String name) {
        QuantizedParameter known = base.quantized().get(name);
        return known == null
                ? ""
                : known.remarks().stream().sorted().map(Remark::rule).collect(Collectors.joining("; "));
    }
}
