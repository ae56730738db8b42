package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.model.Embeddings;
import dev.ingot.checkpoint.model.TrainingFolder;
import dev.ingot.checkpoint.names.AdapterNames;
import dev.ingot.checkpoint.names.NearestNames;
import dev.ingot.checkpoint.names.ParameterNames;
import dev.ingot.checkpoint.names.PlacedKey;
import dev.ingot.checkpoint.names.PlacedKeys;
import dev.ingot.ingest.Adapter.AdapterTensor;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.LedgerEntry;
import dev.ingot.pipeline.plan.LedgerEntry.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * An adapter whose keys are by the base's names, which are all that the rest of ingest sees.
 *
 * @param adapter without the tensors that are no part of the trained model
 * @param keys what became of each key, by raw key
 */
record AdapterOnBase(Adapter adapter, ParameterNames base, PlacedKeys names, Map<String, PlacedKey> keys) {

    /** Finds the names; RefusedInput as {@link AdapterNames#place} says, and {@code adapter.zero-size}, {@code adapter.dtype} for tensors of the model. */
    static AdapterOnBase of(Adapter raw, BaseModel base) {
        ParameterNames parameters = new ParameterNames(names(base), base.config());
        PlacedKeys names = AdapterNames.place(
                raw.tensors().stream()
                        .map(AdapterTensor::name)
                        .filter(name -> !isScale(raw, name))
                        .toList(),
                raw.config(),
                parameters,
                name -> shape(base, name));
        Map<String, PlacedKey> keys = new LinkedHashMap<>();
        names.keys().forEach(placed -> keys.put(placed.key().raw(), placed));
        List<AdapterTensor> tensors = new ArrayList<>();
        for (AdapterTensor tensor : raw.tensors()) {
            PlacedKey placed = keys.get(tensor.name());
            if (placed != null) {
                if (!raw.training() || !TrainingCopies.mayBe(placed.key(), raw.config())) {
                    Adapter.requireSound(tensor.tensor());
                }
                tensors.add(new AdapterTensor(placed.key(), tensor.tensor()));
            }
        }
        return new AdapterOnBase(raw.with(raw.config().withTrained(names.trained()), tensors), parameters, names, keys);
    }

    private static boolean isScale(Adapter raw, String name) {
        return raw.training() && TrainingFolder.isScale(name);
    }

    /** Every parameter of the model: a tied output embedding is one, though it is not stored. */
    private static Set<String> names(BaseModel base) {
        Set<String> names = new TreeSet<>(base.parameters().keySet());
        if (base.isTied()) {
            base.ends().map(Embeddings::output).ifPresent(names::add);
        }
        return names;
    }

    private static Optional<Shape> shape(BaseModel base, String name) {
        return base.has(name) ? Optional.of(base.shapeOf(name)) : Optional.empty();
    }

    /** The ledger's entries of the tensors that are no part of the trained model. */
    List<LedgerEntry> ignored() {
        return names.ignored().entrySet().stream()
                .map(entry -> new LedgerEntry(InputRole.ADAPTER, entry.getKey(), Outcome.IGNORED, "", entry.getValue()))
                .toList();
    }

    /** For the ledger: the rules by which a tensor's name became the base's, then {@code reason}. */
    String ruleOf(AdapterTensor tensor, String reason) {
        List<String> rules = new ArrayList<>(keys.get(tensor.name()).rules());
        if (!reason.isEmpty()) {
            rules.add(reason);
        }
        return String.join("; ", rules);
    }

    /** RefusedInput {@code adapter.unmatched-key}, or {@code adapter.rearranged-module} where the base has what transformers makes the parameter of. */
    RefusedInput unmatched(BaseModel model, List<AdapterTensor> tensors) {
        AdapterTensor first = tensors.getFirst();
        String wanted = first.key().target();
        Optional<String> source = base.rearranged(wanted)
                .or(() -> base.rowBlocks(wanted).map(rows -> rows.parameters().getFirst()));
        if (source.isPresent()) {
            return new RefusedInput(
                    "adapter.rearranged-module",
                    "%s of the adapter is for %s, which transformers puts together or cuts out of tensors like %s of the base while it loads them."
                            .formatted(first.name(), wanted, source.get()),
                    "save the base as transformers has it in memory (save_pretrained(…, save_original_format=False)) and merge onto that");
        }
        String trainedOn = adapter.config()
                .baseModel()
                .map(name -> " (the adapter was trained on " + name + ")")
                .orElse("");
        return new RefusedInput(
                "adapter.unmatched-key",
                "%d of %d adapter tensors fit no tensor of the base, %s first; the base is %s. Nearest in the base: %s. Tried: %s."
                        .formatted(
                                tensors.size(),
                                adapter.tensors().size(),
                                first.name(),
                                BaseDescription.of(model),
                                String.join(", ", NearestNames.of(wanted, base.all())),
                                names.tried()),
                "check --base" + trainedOn + ", and where it is right, what the adapter's tensors are called");
    }
}
