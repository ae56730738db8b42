package dev.ingot.pipeline.plan;

import dev.ingot.pipeline.RunRef;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The program of a run. Output is a function of this and of the inputs that it names: the same bytes on any worker, in any tiling.
 *
 * @param schema 1
 * @param modelType of config.json
 * @param architecture first of config.json's {@code architectures}, or empty
 * @param inputs every file that any part of the plan reads
 * @param shards of the checkpoint, in order, numbered one after another; tensors that the adapter adds stand in the last one
 * @param config text of the checkpoint's config.json after {@code configEdits}
 * @param configEdits what was changed against the base's config.json, for the report
 * @param adapterSummary for people: {@code LoRA r=16, alpha=32}; empty for a run without an adapter
 * @param notes that a person should read: sentences
 * @param adapters exact place of each, in their order, as {@code AdapterPlace} writes it; null in plans of earlier versions, and where nothing is merged
 */
public record Plan(
        int schema,
        RunRef run,
        String modelType,
        String architecture,
        List<InputFile> inputs,
        List<OutputShard> shards,
        List<LedgerEntry> ledger,
        TyingDecision tying,
        BaseStatement base,
        List<Assertion> assertions,
        String config,
        List<ConfigEdit> configEdits,
        List<CarriedFile> carried,
        String adapterSummary,
        Estimate estimate,
        boolean provenance,
        List<String> notes,
        @Nullable List<String> adapters) {
    public static final int SCHEMA = 1;

    public Plan {
        inputs = List.copyOf(inputs);
        shards = List.copyOf(shards);
        ledger = List.copyOf(ledger);
        assertions = List.copyOf(assertions);
        configEdits = List.copyOf(configEdits);
        carried = List.copyOf(carried);
        notes = List.copyOf(notes);
        if (adapters != null) {
            adapters = List.copyOf(adapters);
        }
    }

    /** Of a run that merges nothing. */
    public Plan(
            int schema,
            RunRef run,
            String modelType,
            String architecture,
            List<InputFile> inputs,
            List<OutputShard> shards,
            List<LedgerEntry> ledger,
            TyingDecision tying,
            BaseStatement base,
            List<Assertion> assertions,
            String config,
            List<ConfigEdit> configEdits,
            List<CarriedFile> carried,
            String adapterSummary,
            Estimate estimate,
            boolean provenance,
            List<String> notes) {
        this(
                schema,
                run,
                modelType,
                architecture,
                inputs,
                shards,
                ledger,
                tying,
                base,
                assertions,
                config,
                configEdits,
                carried,
                adapterSummary,
                estimate,
                provenance,
                notes,
                null);
    }

    /** The shard with this number; IllegalArgumentException when the plan has none. */
    public OutputShard shard(int number) {
        if (!hasShard(number)) {
            throw new IllegalArgumentException("a plan of run %s has shards %d to %d, not %d"
                    .formatted(run, firstShard(), firstShard() + shards.size() - 1, number));
        }
        return shards.get(number - firstShard());
    }

    public boolean hasShard(int number) {
        return number >= firstShard() && number < firstShard() + shards.size();
    }

    /** Number of its first shard: 1, or where a run has a second plan, the number after the last of the first plan. */
    public int firstShard() {
        return shards.isEmpty() ? 1 : shards.getFirst().number();
    }

    /** The same with shards numbered from another number on. */
    public Plan numberedFrom(int first) {
        List<OutputShard> renumbered = shards.stream()
                .map(shard -> new OutputShard(shard.number() - firstShard() + first, shard.file(), shard.tensors()))
                .toList();
        return new Plan(
                schema,
                run,
                modelType,
                architecture,
                inputs,
                renumbered,
                ledger,
                tying,
                base,
                assertions,
                config,
                configEdits,
                carried,
                adapterSummary,
                estimate,
                provenance,
                notes,
                adapters);
    }

    /** All output tensors, in file order. */
    public List<OutputTensor> outputs() {
        return shards.stream().flatMap(shard -> shard.tensors().stream()).toList();
    }
}
