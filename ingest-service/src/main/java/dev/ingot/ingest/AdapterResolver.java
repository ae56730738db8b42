package dev.ingot.ingest;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterKey;
import dev.ingot.checkpoint.adapter.AdapterKey.Role;
import dev.ingot.checkpoint.adapter.TargetModules;
import dev.ingot.checkpoint.model.Embeddings;
import dev.ingot.checkpoint.model.FusedExperts;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.source.FileSet;
import dev.ingot.ingest.Adapter.AdapterTensor;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.LedgerEntry;
import dev.ingot.pipeline.plan.LedgerEntry.Outcome;
import dev.ingot.pipeline.plan.Operation;
import dev.ingot.pipeline.plan.Operation.Become;
import dev.ingot.pipeline.plan.TensorRef;
import java.io.IOException;
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
    private final AdapterOnBase onBase;
    private final TrainingCopies copies;
    private final Adapter adapter;
    private final LowRankPairs pairs;
    private final FormulaChanges formulas;
    private final ExpertChanges experts;
    private final SingleExperts singleExperts;
    private final RowBlockChanges rowBlocks;
    private final TokenRows tokens;
    private final SavedHeads heads;
    private final AdapterTensors adapterTensors;
    private final Inputs inputs;
    private final List<LedgerEntry> ledger = new ArrayList<>();
    private final List<AdapterTensor> unmatched = new ArrayList<>();
    private final Map<String, ParameterChange> changes = new LinkedHashMap<>();
    private final Map<String, ParameterChange> added = new TreeMap<>(NaturalOrder.INSTANCE);

    /** @param files of the adapter */
    AdapterResolver(BaseModel base, Adapter raw, FileSet files, Inputs inputs) throws IOException {
        this.inputs = inputs;
        this.base = base;
        this.onBase = AdapterOnBase.of(raw, base);
        this.copies = TrainingCopies.of(raw, onBase, base, inputs, CheckpointScales.of(raw, files));
        this.adapter = copies.trained();
        this.pairs = new LowRankPairs(base, adapter.config(), inputs);
        this.formulas = new FormulaChanges(base, adapter, inputs);
        this.experts = new ExpertChanges(base, adapter, inputs);
        this.singleExperts = new SingleExperts(base, adapter, inputs);
        this.rowBlocks = new RowBlockChanges(base, onBase.base(), adapter, inputs);
        this.tokens = new TokenRows(adapter.config(), inputs);
        this.heads = new SavedHeads(base, adapter.config());
        this.adapterTensors = AdapterTensors.of(files, adapter);
    }

    /** Resolves all or refuses: {@code adapter.unmatched-key}, {@code adapter.half-pair}, {@code adapter.shape}, …. */
    Changes resolve() throws IOException {
        ledger.addAll(onBase.ignored());
        ledger.addAll(copies.ledger());
        byParameter().forEach(this::resolveParameter);
        experts.changes().forEach(this::resolveExperts);
        singleExperts.changes().forEach(this::resolveExperts);
        resolveRowBlocks();
        formulas.modules().forEach(this::resolveFormula);
        formulas.shared().values().forEach(tensor -> enter(tensor, Outcome.MERGED, "", "shared by all modules"));
        if (!unmatched.isEmpty()) {
            heads.requireBody(unmatched);
            heads.requireOutput(unmatched);
            requireWholeExperts();
            throw onBase.unmatched(base, unmatched);
        }
        heads.requireWhole();
        if (changes.isEmpty() && added.isEmpty()) {
            throw new RefusedInput(
                    "adapter.empty",
                    "No tensor of the adapter changes the base.",
                    "save the adapter again after training");
        }
        return new Changes(changes, Collections.unmodifiableMap(added), heads.task(), ledger, copies.copies());
    }

    /** Tensors of each parameter by role. */
    private Map<String, Map<Role, AdapterTensor>> byParameter() throws IOException {
        Map<String, Map<Role, AdapterTensor>> parameters = new TreeMap<>(NaturalOrder.INSTANCE);
        for (AdapterTensor tensor : adapter.tensors()) {
            boolean ofFormula =
                    tensor.key().role() == Role.OPERAND || tensor.key().role() == Role.SHARED;
            if (ofFormula || experts.takes(tensor) || singleExperts.takes(tensor) || rowBlocks.takes(tensor)) {
                continue;
            }
            String parameter = parameterOf(tensor.key());
            Map<Role, AdapterTensor> roles = parameters.computeIfAbsent(parameter, name -> new EnumMap<>(Role.class));
            AdapterTensor other = roles.put(tensor.key().role(), tensor);
            if (other != null) {
                requireSame(parameter, other, tensor);
                enter(other, Outcome.REPLACES, parameter, "the same saved twice");
            }
        }
        return parameters;
    }

    private String parameterOf(AdapterKey key) {
        return switch (key.role()) {
            case WHOLE, ORIGINAL, BASE_LAYER -> key.target();
            case LORA_B_BIAS -> key.module() + ".bias";
            default -> LoraPlace.of(base, key).parameter();
        };
    }

    /** PEFT saves a resized module that it also trains twice; anything else is a file of several adapters. */
    private void requireSame(String parameter, AdapterTensor one, AdapterTensor other) throws IOException {
        if (one.key().role() != Role.WHOLE || !adapterTensors.equal(one.tensor(), other.tensor())) {
            throw new RefusedInput(
                    "adapter.duplicate-key",
                    "%s and %s of the adapter are both for %s.".formatted(one.name(), other.name(), parameter),
                    "save one adapter at a time (PEFT: selected_adapters)");
        }
    }

    private void resolveParameter(String parameter, Map<Role, AdapterTensor> roles) {
        Optional<AdapterTensor> original = Optional.ofNullable(roles.remove(Role.ORIGINAL));
        original.ifPresent(tensor -> enter(tensor, Outcome.IGNORED, "", "frozen original of a module saved whole"));
        if (roles.isEmpty()) {
            return;
        }
        if (!exists(parameter)) {
            resolveUnknown(parameter, roles);
            return;
        }
        AdapterTensor whole = roles.get(Role.WHOLE);
        AdapterTensor copy = roles.get(Role.BASE_LAYER);
        Optional<LocatedTensor> replacement =
                Optional.ofNullable(whole).or(() -> Optional.ofNullable(copy)).map(AdapterTensor::tensor);
        Shape own = shapeOf(parameter);
        replacement.ifPresent(tensor -> requireShape(parameter, own, tensor));
        Shape shape = replacement.map(LocatedTensor::shape).orElse(own);
        boolean mirror = whole == null && copy != null && shape.equals(own) && parameter.endsWith(".weight");
        changes.put(parameter, new ParameterChange(replacement.map(this::ref), mirror, operations(shape, roles)));
        roles.forEach((role, tensor) -> enter(tensor, outcomeOf(role), parameter, reasonOf(role)));
    }

    private List<Operation> operations(Shape shape, Map<Role, AdapterTensor> roles) {
        List<Operation> operations = new ArrayList<>();
        for (AdapterTensor tensor : roles.values()) {
            LoraPlace place = LoraPlace.of(base, tensor.key());
            switch (tensor.key().role()) {
                case LORA_A, LORA_B, EMBEDDING_A, EMBEDDING_B, MAGNITUDE, DIAGONAL -> {
                    requireTargeted(place, tensor);
                    if (operations.isEmpty()) {
                        operations.addAll(pairs.operationsOf(place, shape, roles));
                    }
                }
                case LORA_B_BIAS -> operations.add(pairs.biasOf(place, shape, tensor));
                case TOKENS -> operations.add(tokens.operation(place.module(), shape, tensor));
                case WHOLE, BASE_LAYER, ORIGINAL, OPERAND, SHARED -> {}
            }
        }
        return operations;
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

    private void resolveExperts(ExpertChanges.Change change) {
        if (change.operations().isEmpty()) {
            unmatched.addAll(change.tensors());
            return;
        }
        change.operations().forEach((parameter, become) -> {
            ParameterChange before = changes.getOrDefault(parameter, ParameterChange.NONE);
            changes.put(parameter, before.then(become));
        });
        String first = change.operations().keySet().iterator().next();
        String rule = change.operations().size() > 1 ? "shared by all experts" : "";
        change.tensors().forEach(tensor -> enter(tensor, Outcome.MERGED, first, rule));
    }

    private void resolveRowBlocks() {
        rowBlocks.operations().forEach((parameter, become) -> {
            ParameterChange before = changes.getOrDefault(parameter, ParameterChange.NONE);
            changes.put(parameter, before.then(become));
        });
        rowBlocks
                .tensors()
                .forEach((tensor, parameter) -> enter(
                        tensor,
                        outcomeOf(tensor.key().role()),
                        parameter,
                        reasonOf(tensor.key().role())));
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
        if (roles.size() == 1 && whole != null && heads.takes(parameter)) {
            added.put(parameter, new ParameterChange(Optional.of(ref(whole.tensor())), false, List.of()));
            enter(whole, Outcome.ADDED, parameter, "the base has no such tensor; the class has");
        } else {
            requireBias(parameter, roles);
            unmatched.addAll(roles.values());
        }
    }

    private static void requireBias(String parameter, Map<Role, AdapterTensor> roles) {
        AdapterTensor added = roles.get(Role.LORA_B_BIAS);
        if (added != null) {
            throw new RefusedInput(
                    "adapter.no-bias",
                    "%s adds to a bias (lora_bias), but the base has no %s.".formatted(added.name(), parameter),
                    "check --base; PEFT cannot merge this onto a layer without a bias either");
        }
    }

    /** Whether the model has the parameter: stored, or as the other end of a tied pair. */
    private boolean exists(String parameter) {
        return base.has(parameter)
                || base.isTied() && base.ends().map(Embeddings::output).equals(Optional.of(parameter));
    }

    /** Shape of a parameter; of the input embedding for the head that shares it. */
    private Shape shapeOf(String parameter) {
        return base.shapeOf(
                base.has(parameter) ? parameter : base.ends().orElseThrow().input());
    }

    private void requireShape(String parameter, Shape expected, LocatedTensor tensor) {
        Shape found = tensor.shape();
        boolean resized = isEnd(parameter) && found.rank() == 2 && found.dim(1) == expected.dim(1);
        if (!found.equals(expected) && !resized) {
            throw new RefusedInput(
                    "adapter.shape",
                    "%s of the adapter has shape %s; %s of the base has %s."
                            .formatted(tensor.name(), found, parameter, expected),
                    "check --base: the adapter was trained on a model of another size");
        }
    }

    private boolean isEnd(String parameter) {
        return base.ends()
                .filter(ends -> ends.input().equals(parameter) || ends.output().equals(parameter))
                .isPresent();
    }

    private void requireTargeted(LoraPlace place, AdapterTensor factor) {
        if (!isTargeted(place)) {
            throw new RefusedInput(
                    "adapter.untargeted",
                    "%s is in the adapter, but target_modules in adapter_config.json does not name its module; PEFT would drop it."
                            .formatted(factor.name()),
                    "use the adapter_config.json that was saved with these tensors");
        }
    }

    /** PEFT adds the other end of a tied pair to the targets without naming it in the file. */
    private boolean isTargeted(LoraPlace place) {
        boolean shared = base.isTied() || base.config().tieWordEmbeddings().orElse(false);
        boolean tied = shared && adapter.config().ensureWeightTying() && isEnd(place.parameter());
        TargetModules targets = adapter.config().targetModules();
        Embeddings ends = base.ends().orElse(null);
        return targets.contains(place.module())
                || tied
                        && ends != null
                        && (targets.contains(ends.inputModule()) || targets.contains(ends.outputModule()));
    }

    private TensorRef ref(LocatedTensor tensor) {
        return inputs.ref(InputRole.ADAPTER, tensor);
    }

    private void enter(AdapterTensor tensor, Outcome outcome, String output, String rule) {
        ledger.add(new LedgerEntry(InputRole.ADAPTER, tensor.name(), outcome, output, onBase.ruleOf(tensor, rule)));
    }

    private void requireWholeExperts() {
        unmatched.stream()
                .map(AdapterTensor::name)
                .filter(FusedExperts::isSplit)
                .findFirst()
                .ifPresent(name -> {
                    throw new RefusedInput(
                            "adapter.split-experts",
                            "%s is for an expert of gpt-oss as Unsloth splits them; the base has all experts in one parameter, in another order of columns."
                                    .formatted(name),
                            "export the merged model with Unsloth, or train with target_parameters on gpt-oss as it was published");
                });
    }
}
