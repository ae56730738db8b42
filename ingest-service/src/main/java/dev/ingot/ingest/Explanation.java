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
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a run would make of every tensor of base and adapter, as far as their headers decide it.
 *
 * @param lead what is stripped from the front of all names of the adapter; empty for nothing
 * @param refusal why the run would be refused; stories then tell as much as was known by then
 */
public record Explanation(String lead, List<KeyStory> stories, Optional<RefusedInput> refusal) {
    private static final String CHANGED = "CHANGED";

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
            return new Explanation(onBase.names().lead(), told(onBase, ledger, changes), Optional.empty());
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

    private static List<KeyStory> told(AdapterOnBase onBase, List<LedgerEntry> ledger, Changes changes) {
        Set<String> ofAdapter = ledger.stream()
                .filter(entry -> entry.role() == InputRole.ADAPTER)
                .map(LedgerEntry::tensor)
                .collect(Collectors.toSet());
        return ledger.stream()
                .map(entry -> entry.role() == InputRole.BASE
                        ? ofBase(entry, changes, ofAdapter)
                        : story(entry, entry.outcome().name(), rules(onBase, entry), List.of()))
                .toList();
    }

    /** In the ledger a base's value is copied whether something is done to it or not; here that is what people ask for. */
    private static KeyStory ofBase(LedgerEntry entry, Changes changes, Set<String> ofAdapter) {
        List<String> rules = entry.rule().isEmpty() ? List.of() : List.of(entry.rule());
        Optional<ParameterChange> change = changes.of(entry.output()).filter(done -> !done.isNothing());
        if (entry.outcome() != LedgerEntry.Outcome.COPIED || change.isEmpty()) {
            return story(entry, entry.outcome().name(), rules, List.of());
        }
        List<String> by = TensorsRead.by(change.get().operations()).stream()
                .filter(ofAdapter::contains)
                .toList();
        return story(entry, CHANGED, rules, by);
    }

    private static KeyStory story(LedgerEntry entry, String outcome, List<String> rules, List<String> changedBy) {
        return new KeyStory(entry.role(), entry.tensor(), rules, entry.output(), outcome, changedBy);
    }

    /** The ledger's own reason is its last rule: what stands behind the rules of the name. */
    private static List<String> rules(AdapterOnBase onBase, LedgerEntry entry) {
        PlacedKey placed = onBase.keys().get(entry.tensor());
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
