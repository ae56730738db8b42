package dev.ingot.ingest;

import dev.ingot.arithmetic.PackedCopy;
import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.adapter.AdapterKey;
import dev.ingot.checkpoint.adapter.AdapterKey.Role;
import dev.ingot.checkpoint.model.Conv1dModules;
import dev.ingot.checkpoint.model.Embeddings;
import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.model.TrainingFolder;
import dev.ingot.checkpoint.quantized.QuantizedParameter.FourBit;
import dev.ingot.ingest.Adapter.AdapterTensor;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.LedgerEntry;
import dev.ingot.pipeline.plan.LedgerEntry.Outcome;
import dev.ingot.pipeline.plan.TensorRef;
import dev.ingot.pipeline.plan.Value.Packed4Bit;
import dev.ingot.pipeline.request.RunRequest.MirrorPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a training checkpoint holds beside what was trained: its own copies of the base's tensors, as numbers or packed in 4 bit.
 *
 * @param trained the adapter without them
 * @param copies to hold against the base
 * @param ledger their entries
 */
record TrainingCopies(Adapter trained, List<Copy> copies, List<LedgerEntry> ledger) {
    private static final String SAVED = ".modules_to_save.";
    private static final String DEQUANTIZED = "packed copy of the base, dequantized by the checkpoint's own scales";
    private static final String EMPTY = "an empty place of a weight that stood elsewhere";
    private static final String INTEGERS = "a buffer of integers, which training does not change";
    private static final String NORMS = ".ln_tuning_layers.";

    /**
     * A copy of a base tensor.
     *
     * @param parameter of the base
     * @param refused whether the run ends where they differ
     * @param taken the packed copy with its own scales, where its values take the place of the base's
     * @param first element of the base's that is the copy's first
     */
    record Copy(
            String parameter, TensorRef tensor, boolean packed, boolean refused, Optional<Taken> taken, long first) {}

    /**
     * A packed weight that the checkpoint can be dequantized from.
     *
     * @param value of it, in the model's orientation
     */
    record Taken(FourBit weight, Packed4Bit value) {}

    /** Whether a tensor may be a copy, to judge by its name: it stands under a parameter's own name, and the config does not say that it was trained. */
    static boolean mayBe(AdapterKey key, AdapterConfig config) {
        if (key.role() == Role.BASE_LAYER && key.parameter().equals("weight")) {
            return true;
        }
        boolean plain = key.role() == Role.BASE_LAYER
                || key.role() == Role.WHOLE
                        && !key.raw().contains(SAVED)
                        && !key.raw().contains(NORMS);
        return plain && !(key.target().endsWith("bias") && trainsBias(key, config));
    }

    /** PEFT's {@code bias}: those of all modules, or of the adapted ones, were trained. */
    private static boolean trainsBias(AdapterKey key, AdapterConfig config) {
        return switch (config.json().text("bias").orElse("none")) {
            case "none" -> false;
            case "all" -> true;
            default -> key.role() == Role.BASE_LAYER;
        };
    }

    /**
     * Takes the copies out of a training checkpoint; of an export, nothing. RefusedInput {@code adapter.packed-destroyed} where a packed copy has lost its
     * bytes.
     */
    static TrainingCopies of(
            Adapter raw, AdapterOnBase onBase, BaseModel base, Inputs inputs, CheckpointScales scales) {
        Adapter adapter = onBase.adapter();
        if (!raw.training()) {
            return new TrainingCopies(adapter, List.of(), List.of());
        }
        List<AdapterTensor> trained = new ArrayList<>();
        List<Copy> copies = new ArrayList<>();
        List<LedgerEntry> ledger = new ArrayList<>();
        for (AdapterTensor tensor : raw.tensors()) {
            if (TrainingFolder.isScale(tensor.name())) {
                ledger.add(
                        scales.owner(tensor.name()).isPresent()
                                ? entry(tensor, Outcome.COMPANION, "", "scales of a packed copy of the base")
                                : entry(tensor, Outcome.IGNORED, "", "scales of a packed copy of the base"));
            }
        }
        for (AdapterTensor tensor : adapter.tensors()) {
            Optional<String> parameter = mayBe(tensor.key(), adapter.config())
                    ? stored(base, tensor.key().target())
                    : Optional.empty();
            if (parameter.isEmpty()) {
                Optional<RearrangedCopy> rearranged = mayBe(tensor.key(), adapter.config())
                        ? RearrangedCopy.of(tensor, onBase, base)
                        : Optional.empty();
                if (rearranged.isEmpty()) {
                    trained.add(tensor);
                } else {
                    copies.addAll(rearranged.get().copies(adapter.mirrors(), inputs));
                    ledger.add(rearranged.get().entry(onBase));
                }
                continue;
            }
            String name = parameter.get();
            Kind kind = kind(base, name, tensor.tensor());
            boolean taken = adapter.mirrors() == MirrorPolicy.CHECKPOINT && kind == Kind.NUMBERS;
            switch (kind) {
                case EMPTY -> ledger.add(entry(tensor, Outcome.IGNORED, "", onBase.ruleOf(tensor, EMPTY)));
                case OTHER -> trained.add(tensor);
                case INTEGERS -> ledger.add(entry(tensor, Outcome.IGNORED, "", onBase.ruleOf(tensor, INTEGERS)));
                case NUMBERS, PACKED -> {
                    if (taken) {
                        trained.add(new AdapterTensor(asCopy(tensor.key()), tensor.tensor()));
                    } else {
                        boolean refused = adapter.mirrors() != MirrorPolicy.BASE;
                        TensorRef ref = inputs.ref(InputRole.ADAPTER, tensor.tensor());
                        Optional<Taken> packed =
                                scales.of(tensor.name()).map(weight -> taken(base, name, weight, inputs));
                        copies.add(new Copy(name, ref, kind == Kind.PACKED, refused && packed.isEmpty(), packed, 0));
                        String rule = kind == Kind.PACKED ? "packed copy of the base" : "copy of the base";
                        ledger.add(
                                packed.isPresent()
                                        ? entry(tensor, Outcome.REPLACES, name, onBase.ruleOf(tensor, DEQUANTIZED))
                                        : entry(tensor, Outcome.PROOF, name, onBase.ruleOf(tensor, rule)));
                    }
                }
            }
        }
        return new TrainingCopies(adapter.with(adapter.config(), trained), copies, ledger);
    }

    private static Taken taken(BaseModel base, String parameter, FourBit weight, Inputs inputs) {
        Shape shape = base.shapeOf(parameter);
        boolean turned = shape.rank() == 2
                && Conv1dModules.isConv1d(
                        base.config().modelType(), parameter.substring(0, parameter.lastIndexOf('.')));
        if (turned || !weight.shape().equals(shape)) {
            throw new RefusedInput(
                    "adapter.packed-copy",
                    "%s of the checkpoint is packed %s; expected %s, as %s has it%s."
                            .formatted(
                                    weight.name(),
                                    turned
                                            ? "turned, as transformers packs a Conv1D"
                                            : "from the shape " + weight.shape(),
                                    shape,
                                    parameter,
                                    turned ? ", in its own order" : ""),
                    turned
                            ? "merge onto the base, with the quantization that training loaded it with (--quantization-config)"
                            : "check --base");
        }
        return new Taken(weight, new PackedValues(InputRole.ADAPTER, inputs).of(weight));
    }

    private static LedgerEntry entry(AdapterTensor tensor, Outcome outcome, String output, String rule) {
        return new LedgerEntry(InputRole.ADAPTER, tensor.name(), outcome, output, rule);
    }

    /** The parameter that the base stores for a name: of the shared matrix, the input embedding. */
    private static Optional<String> stored(BaseModel base, String name) {
        if (base.has(name)) {
            return Optional.of(name);
        }
        return base.isTied()
                ? base.ends().filter(ends -> ends.output().equals(name)).map(Embeddings::input)
                : Optional.empty();
    }

    private static AdapterKey asCopy(AdapterKey key) {
        return new AdapterKey(key.raw(), key.module(), Role.BASE_LAYER, key.parameter());
    }

    private enum Kind {
        NUMBERS,
        PACKED,
        INTEGERS,
        EMPTY,
        /** Of another shape: trained, or to be refused. */
        OTHER
    }

    private static Kind kind(BaseModel base, String parameter, LocatedTensor tensor) {
        long elements = tensor.shape().elements();
        long packed = Math.ceilDiv(base.shapeOf(parameter).elements(), 2L);
        boolean sameShape = tensor.shape().equals(base.shapeOf(parameter));
        if (elements == 0) {
            return Kind.EMPTY;
        }
        if (sameShape && !base.dtypeOf(parameter).isMergeable()) {
            return Kind.INTEGERS;
        }
        if (sameShape && tensor.dtype().isMergeable()) {
            return Kind.NUMBERS;
        }
        List<PackedCopy> readings = PackedCopy.of(tensor.dtype(), elements, packed);
        if (!readings.isEmpty() && readings.stream().noneMatch(PackedCopy::intact)) {
            throw destroyed(tensor);
        }
        return readings.isEmpty() ? Kind.OTHER : Kind.PACKED;
    }

    private static RefusedInput destroyed(LocatedTensor tensor) {
        DType dtype = tensor.dtype();
        return new RefusedInput(
                "adapter.packed-destroyed",
                "%s of the checkpoint is a packed 4-bit weight whose storage of wider numbers was rounded to %s, so that its bytes are lost."
                        .formatted(tensor.name(), dtype.torchName()),
                "export the adapter from the run (PEFT's save_pretrained), or save it without the frozen weights; train with bnb_4bit_quant_storage of uint8 or the engine's dtype");
    }
}
