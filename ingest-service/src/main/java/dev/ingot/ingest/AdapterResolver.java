package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterKey.Role;
import dev.ingot.checkpoint.model.Embeddings;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.ingest.Adapter.AdapterTensor;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.LedgerEntry;
import dev.ingot.pipeline.plan.LedgerEntry.Outcome;
import dev.ingot.pipeline.plan.Operation;
import dev.ingot.pipeline.plan.Operation.Become;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Finds the place of every adapter tensor in the base, or says which have none. */
final class AdapterResolver {
    private final BaseModel base;
    private final Adapter adapter;
    private final LowRankPairs pairs;
    private final FormulaChanges formulas;
    private final List<LedgerEntry> ledger = new ArrayList<>();
    private final List<AdapterTensor> unmatched = new ArrayList<>();
    private final Map<String, ParameterChange> changes = new LinkedHashMap<>();
    private final Map<String, ParameterChange> added = new TreeMap<>(NaturalOrder.INSTANCE);

    AdapterResolver(BaseModel base, Adapter adapter, Inputs inputs) {
        this.base = base;
        this.adapter = adapter;
        this.pairs = new LowRankPairs(base, adapter.config(), inputs);
        this.formulas = new FormulaChanges(base, adapter, inputs);
    }

    /** Resolves all or refuses: {@code adapter.unmatched-key}, {@code adapter.half-pair}, {@code adapter.shape}, …. */
    Changes resolve() {
        Map<String, Map<Role, AdapterTensor>> modules = byModule();
        modules.forEach(this::resolveModule);
        formulas.modules().forEach(this::resolveFormula);
        formulas.shared().values().forEach(tensor -> enter(tensor, Outcome.MERGED, "", "shared by all modules"));
        if (!unmatched.isEmpty()) {
            throw unmatchedKeys();
        }
        if (changes.isEmpty() && added.isEmpty()) {
            throw new RefusedInput(
                    "adapter.empty",
                    "No tensor of the adapter changes the base.",
                    "save the adapter again after training");
        }
        return new Changes(changes, Collections.unmodifiableMap(added), ledger);
    }

    /** Tensors of each module by role; parameters saved whole stand under their own name. */
    private Map<String, Map<Role, AdapterTensor>> byModule() {
        Map<String, Map<Role, AdapterTensor>> modules = new TreeMap<>(NaturalOrder.INSTANCE);
        for (AdapterTensor tensor : adapter.tensors()) {
            if (tensor.key().role() == Role.OPERAND || tensor.key().role() == Role.SHARED) {
                continue;
            }
            boolean alone = tensor.key().role() == Role.WHOLE || tensor.key().role() == Role.ORIGINAL;
            String place = alone ? tensor.key().target() : tensor.key().module() + ".weight";
            Map<Role, AdapterTensor> roles = modules.computeIfAbsent(place, name -> new EnumMap<>(Role.class));
            AdapterTensor other = roles.put(tensor.key().role(), tensor);
            if (other != null) {
                throw new RefusedInput(
                        "adapter.duplicate-key",
                        "%s and %s of the adapter are both for %s.".formatted(other.name(), tensor.name(), place),
                        "save one adapter at a time (PEFT: selected_adapters)");
            }
        }
        return modules;
    }

    private void resolveModule(String parameter, Map<Role, AdapterTensor> roles) {
        refuseUnsupported(roles);
        Optional<AdapterTensor> original = Optional.ofNullable(roles.remove(Role.ORIGINAL));
        original.ifPresent(tensor -> enter(tensor, Outcome.IGNORED, "", "frozen original of a module saved whole"));
        if (roles.isEmpty()) {
            return;
        }
        if (!exists(parameter)) {
            resolveUnknown(parameter, roles);
            return;
        }
        requireTargeted(roles);
        AdapterTensor whole = roles.get(Role.WHOLE);
        AdapterTensor copy = roles.get(Role.BASE_LAYER);
        Optional<LocatedTensor> replacement =
                Optional.ofNullable(whole).or(() -> Optional.ofNullable(copy)).map(AdapterTensor::tensor);
        replacement.ifPresent(tensor -> requireShape(parameter, tensor));
        List<Operation> operations = pairs.operationsOf(parameter, roles);
        changes.put(parameter, new ParameterChange(replacement, whole == null && copy != null, operations));
        roles.forEach((role, tensor) -> enter(tensor, outcomeOf(role), parameter, reasonOf(role)));
    }

    private void resolveFormula(String module) {
        if (!formulas.fits(module)) {
            unmatched.addAll(formulas.tensorsOf(module).values());
            return;
        }
        String first = "";
        for (Map.Entry<String, Become> entry : formulas.operationsOf(module).entrySet()) {
            ParameterChange before = changes.getOrDefault(entry.getKey(), ParameterChange.NONE);
            changes.put(entry.getKey(), before.then(entry.getValue()));
            first = first.isEmpty() || entry.getKey().endsWith(".weight") ? entry.getKey() : first;
        }
        for (AdapterTensor tensor : formulas.tensorsOf(module).values()) {
            enter(tensor, Outcome.MERGED, first, "");
        }
    }

    private static Outcome outcomeOf(Role role) {
        return role == Role.WHOLE || role == Role.BASE_LAYER ? Outcome.REPLACES : Outcome.MERGED;
    }

    private static String reasonOf(Role role) {
        return switch (role) {
            case WHOLE -> "saved whole";
            case BASE_LAYER -> "PEFT's copy of the parameter that it wraps";
            default -> "";
        };
    }

    private void resolveUnknown(String parameter, Map<Role, AdapterTensor> roles) {
        AdapterTensor whole = roles.get(Role.WHOLE);
        if (roles.size() == 1 && whole != null && ClassifierHead.isHead(parameter, adapter.config(), base.config())) {
            added.put(parameter, new ParameterChange(Optional.of(whole.tensor()), false, List.of()));
            enter(whole, Outcome.ADDED, parameter, "the base has no such head");
        } else {
            unmatched.addAll(roles.values());
        }
    }

    /** Whether the model has the parameter: stored, or as the other end of a tied pair. */
    private boolean exists(String parameter) {
        return base.has(parameter)
                || base.isTied() && base.ends().map(Embeddings::output).equals(Optional.of(parameter));
    }

    private void requireShape(String parameter, LocatedTensor tensor) {
        Shape expected = pairs.shapeOf(parameter);
        if (!tensor.shape().equals(expected)) {
            throw new RefusedInput(
                    "adapter.shape",
                    "%s of the adapter has shape %s; %s of the base has %s."
                            .formatted(tensor.name(), tensor.shape(), parameter, expected),
                    "check --base; an adapter with a resized vocabulary needs a base of the same vocabulary");
        }
    }

    private void requireTargeted(Map<Role, AdapterTensor> roles) {
        AdapterTensor factor = roles.getOrDefault(Role.LORA_A, roles.get(Role.EMBEDDING_A));
        if (factor != null
                && !adapter.config().targetModules().contains(factor.key().module())) {
            throw new RefusedInput(
                    "adapter.untargeted",
                    "%s is in the adapter, but target_modules in adapter_config.json does not name its module; PEFT would drop it."
                            .formatted(factor.name()),
                    "use the adapter_config.json that was saved with these tensors");
        }
    }

    private static void refuseUnsupported(Map<Role, AdapterTensor> roles) {
        for (Role role : List.of(Role.LORA_B_BIAS, Role.MAGNITUDE, Role.TOKENS)) {
            AdapterTensor tensor = roles.get(role);
            if (tensor != null) {
                throw new RefusedInput(
                        "adapter.unsupported-tensor",
                        "%s is a %s, which this version of Ingot does not merge."
                                .formatted(
                                        tensor.name(),
                                        switch (role) {
                                            case LORA_B_BIAS -> "bias of lora_B";
                                            case MAGNITUDE -> "magnitude of DoRA";
                                            default -> "set of trained embedding rows";
                                        }),
                        "merge it with PEFT on the dequantized base");
            }
        }
    }

    private void enter(AdapterTensor tensor, Outcome outcome, String output, String rule) {
        ledger.add(new LedgerEntry(InputRole.ADAPTER, tensor.name(), outcome, output, rule));
    }

    private RefusedInput unmatchedKeys() {
        String names = adapter.config()
                .baseModel()
                .map(name -> "; the adapter was trained on " + name)
                .orElse("");
        return new RefusedInput(
                "adapter.unmatched-key",
                "%d of %d adapter tensors fit no tensor of the base, %s first; the base is %s."
                        .formatted(
                                unmatched.size(),
                                adapter.tensors().size(),
                                unmatched.getFirst().name(),
                                BaseDescription.of(base)),
                "check --base" + names);
    }
}
