package dev.ingot.validate;

import dev.ingot.checkpoint.adapter.AdapterKey;
import dev.ingot.pipeline.RunRef;
import dev.ingot.pipeline.plan.BaseStatement;
import dev.ingot.pipeline.plan.Estimate;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.LedgerEntry;
import dev.ingot.pipeline.plan.OutputShard;
import dev.ingot.pipeline.plan.Plan;
import dev.ingot.pipeline.plan.TyingDecision;
import dev.ingot.pipeline.source.FolderFiles;
import dev.ingot.validate.weights.AdapterFolder;
import dev.ingot.validate.weights.CheckpointWeights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Plans with a ledger that accounts for everything, as ingest writes them. */
final class Plans {
    private Plans() {}

    static Plan complete(Path base, Path adapter) throws IOException {
        return withLedger(ledger(base, adapter));
    }

    static Plan withLedger(List<LedgerEntry> ledger) {
        return withLedger(new RunRef("local", "run-1"), List.of(), ledger);
    }

    static Plan withLedger(RunRef run, List<OutputShard> shards, List<LedgerEntry> ledger) {
        return new Plan(
                Plan.SCHEMA,
                run,
                "llama",
                "LlamaForCausalLM",
                List.of(),
                shards,
                ledger,
                new TyingDecision(
                        true,
                        true,
                        "model.embed_tokens.weight",
                        "lm_head.weight",
                        "The adapter touches neither end.",
                        List.of()),
                new BaseStatement(BaseStatement.Kind.PACKED, true, "Training saw the base as it is packed here."),
                List.of(),
                "{}",
                List.of(),
                List.of(),
                "LoRA r=16, alpha=32",
                new Estimate(0, 0, 0),
                false,
                List.of());
    }

    static List<LedgerEntry> ledger(Path base, Path adapter) throws IOException {
        List<LedgerEntry> ledger = new ArrayList<>();
        try (CheckpointWeights weights = CheckpointWeights.ofModel(FolderFiles.of(base));
                AdapterFolder folder = AdapterFolder.open(FolderFiles.of(adapter))) {
            for (String tensor : weights.catalog().tensors().keySet()) {
                LedgerEntry.Outcome outcome =
                        weights.names().contains(tensor) ? LedgerEntry.Outcome.COPIED : LedgerEntry.Outcome.COMPANION;
                ledger.add(new LedgerEntry(InputRole.BASE, tensor, outcome, "", ""));
            }
            for (AdapterKey key : folder.keys()) {
                ledger.add(new LedgerEntry(InputRole.ADAPTER, key.raw(), LedgerEntry.Outcome.MERGED, key.target(), ""));
            }
        }
        return ledger;
    }
}
