package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.adapter.LayerReplication;
import dev.ingot.checkpoint.names.PlacedKey;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.ingest.Adapter.AdapterTensor;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.LedgerEntry;
import dev.ingot.pipeline.source.AdapterFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a run would make of every tensor of base and adapter, as far as their headers decide it.
 *
 * @param lead what is stripped from the front of all names of the adapter; empty for nothing
 * @param refusal why the run would be refused; stories then tell as much as was known by then
 */
public record Explanation(String lead, List<KeyStory> stories, Optional<RefusedInput> refusal) {
    public Explanation {
        stories = List.copyOf(stories);
    }

    /** Explains one adapter by itself, without planning; RefusedInput only where base or adapter cannot be read at all. */
    public static Explanation of(FileSet base, AdapterFiles source) throws IOException {
        FileSet adapter = source.files();
        Adapter raw = Contribution.read(source, false);
        BaseModel headed = HeadedBase.of(BaseModel.read(base), List.of(raw));
        BaseModel model = DeeperBase.of(headed, LayerReplication.of(raw.config()));
        AdapterOnBase onBase;
        try {
            onBase = AdapterOnBase.of(raw, model);
        } catch (RefusedInput refused) {
            return new Explanation("", unplaced(raw), Optional.of(refused));
        }
        try {
            Inputs inputs = new Inputs(base.location()).ofAdapter(adapter.location());
            Changes changes = new AdapterResolver(model, raw, adapter, inputs).resolve();
            List<LedgerEntry> ledger = new ArrayList<>(changes.ledger());
            ledger.addAll(BaseLedger.of(model, changes, List.of()));
            return new Explanation(onBase.names().lead(), told(onBase, ledger), Optional.empty());
        } catch (RefusedInput refused) {
            return new Explanation(onBase.names().lead(), placed(onBase), Optional.of(refused));
        }
    }

    /** Why several adapters cannot be merged together, each of which can be by itself; empty where they can. */
    public static Optional<RefusedInput> conflict(FileSet base, List<AdapterFiles> adapters) throws IOException {
        try {
            List<Adapter> trained = new ArrayList<>();
            for (AdapterFiles adapter : adapters) {
                trained.add(Contribution.read(adapter, false));
            }
            BaseModel model = DeeperBase.of(BaseModel.read(base), Contributions.replication(trained));
            Changes together = Contributions.resolve(model, adapters, trained, new Inputs(base.location()))
                    .changes();
            assert !together.ledger().isEmpty();
            return Optional.empty();
        } catch (RefusedInput refused) {
            return Optional.of(refused);
        }
    }

    private static List<KeyStory> unplaced(Adapter raw) {
        return raw.tensors().stream()
                .map(AdapterTensor::name)
                .map(name -> new KeyStory(InputRole.ADAPTER, name, List.of(), "", "", List.of()))
                .toList();
    }

    private static List<KeyStory> placed(AdapterOnBase onBase) {
        List<KeyStory> stories = new ArrayList<>();
        for (PlacedKey placed : onBase.names().keys()) {
            String target = placed.found() ? placed.key().target() : "";
            stories.add(new KeyStory(InputRole.ADAPTER, placed.key().raw(), placed.rules(), target, "", List.of()));
        }
        onBase.names().ignored().forEach((raw, rule) -> stories.add(ignored(raw, rule)));
        return stories;
    }

    private static KeyStory ignored(String raw, String rule) {
        return new KeyStory(InputRole.ADAPTER, raw, List.of(rule), "", LedgerEntry.Outcome.IGNORED.name(), List.of());
    }

    private static List<KeyStory> told(AdapterOnBase onBase, List<LedgerEntry> ledger) {
        Map<String, List<String>> changedBy = new LinkedHashMap<>();
        for (LedgerEntry entry : ledger) {
            if (entry.role() == InputRole.ADAPTER && !entry.output().isEmpty()) {
                changedBy
                        .computeIfAbsent(entry.output(), name -> new ArrayList<>())
                        .add(entry.tensor());
            }
        }
        return ledger.stream()
                .map(entry -> new KeyStory(
                        entry.role(),
                        entry.tensor(),
                        rules(onBase, entry),
                        entry.output(),
                        entry.outcome().name(),
                        entry.role() == InputRole.BASE ? changedBy.getOrDefault(entry.output(), List.of()) : List.of()))
                .toList();
    }

    /** The ledger's own reason is its last rule: what stands behind the rules of the name. */
    private static List<String> rules(AdapterOnBase onBase, LedgerEntry entry) {
        PlacedKey placed = entry.role() == InputRole.ADAPTER ? onBase.keys().get(entry.tensor()) : null;
        if (placed == null) {
            return entry.rule().isEmpty() ? List.of() : List.of(entry.rule());
        }
        List<String> rules = new ArrayList<>(placed.rules());
        String reason = entry.rule()
                .substring(
                        Math.min(entry.rule().length(), String.join("; ", rules).length()));
        if (!reason.isEmpty()) {
            rules.add(reason.startsWith("; ") ? reason.substring(2) : reason);
        }
        return rules;
    }
}
