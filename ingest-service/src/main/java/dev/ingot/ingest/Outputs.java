package dev.ingot.ingest;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.plan.Assertion;
import dev.ingot.pipeline.plan.Assertion.CopyEqualsBase;
import dev.ingot.pipeline.plan.Assertion.MirrorEqualsBase;
import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.plan.TensorRef;
import dev.ingot.pipeline.plan.Value;
import dev.ingot.pipeline.plan.Value.Packed4Bit;
import dev.ingot.pipeline.plan.Value.Quantized4Bit;
import dev.ingot.pipeline.plan.Value.Stored;
import dev.ingot.pipeline.plan.Value.Transposed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Builds the output tensors of a plan. */
final class Outputs {
    private final BaseModel base;
    private final TrainedBase trained;
    private final Inputs inputs;
    private final OutputDTypes dtypes;
    private final Changes changes;
    private final Tying tying;
    private final List<Assertion> assertions = new ArrayList<>();

    Outputs(TrainedBase trained, Inputs inputs, OutputDTypes dtypes, Changes changes, Tying tying) {
        this.base = trained.base();
        this.trained = trained;
        this.inputs = inputs;
        this.dtypes = dtypes;
        this.changes = changes;
        this.tying = tying;
    }

    /** Every parameter of the base but {@code left out}, in natural order. */
    List<OutputTensor> ofBase(List<String> leftOut) {
        return base.parameters().keySet().stream()
                .filter(name -> !leftOut.contains(name))
                .map(name -> output(name, name, changeOf(name)))
                .toList();
    }

    /** What the adapter adds: an untied head, a classifier's head. */
    List<OutputTensor> added(DType modelDType) {
        List<OutputTensor> outputs = new ArrayList<>();
        tying.addedHead()
                .filter(head -> !base.has(head))
                .ifPresent(head ->
                        outputs.add(output(head, base.ends().orElseThrow().input(), tying.output())));
        for (Map.Entry<String, ParameterChange> entry : changes.added().entrySet()) {
            TensorRef tensor = entry.getValue().replacement().orElseThrow();
            Value value = new Stored(tensor, precision(entry.getKey(), modelDType));
            outputs.add(new OutputTensor(
                    entry.getKey(), dtypes.of(entry.getKey(), modelDType), tensor.shape(), value, List.of()));
        }
        return outputs;
    }

    /** What has to hold while the bytes pass; complete after the outputs were built. */
    List<Assertion> assertions() {
        List<Assertion> all = new ArrayList<>(assertions);
        for (TrainingCopies.Copy copy : changes.copies()) {
            Value value = againQuantized(copy);
            if (copy.packed() && !isPacked(value)) {
                throw notQuantized(copy);
            }
            all.add(new CopyEqualsBase(
                    copy.parameter(), copy.tensor(), value, copy.packed(), copy.refused(), copy.first()));
        }
        return List.copyOf(all);
    }

    /** The base's value; as it was stored, quantized as the scales of a copy that is taken say that it was for training. */
    private Value againQuantized(TrainingCopies.Copy copy) {
        Value value = trained.valueOf(copy.parameter(), inputs);
        if (copy.taken().isEmpty() || !(value instanceof Stored stored)) {
            return value;
        }
        TrainingCopies.Taken taken = copy.taken().get();
        return new Quantized4Bit(
                new Stored(stored.tensor(), taken.weight().dtype()),
                taken.value().quantType(),
                taken.value().blocksize(),
                taken.value().nested().isPresent());
    }

    private static boolean isPacked(Value value) {
        return switch (value) {
            case Packed4Bit _, Quantized4Bit _ -> true;
            case Transposed transposed -> isPacked(transposed.of());
            default -> false;
        };
    }

    private static RefusedInput notQuantized(TrainingCopies.Copy copy) {
        return new RefusedInput(
                "adapter.packed-copy",
                "%s of the checkpoint is a packed 4-bit copy: training saw the base quantized, but here %s is taken as it is stored."
                        .formatted(copy.tensor().name(), copy.parameter()),
                "say how training quantized the base while loading it (--quantization-config), or name the 4-bit base that it loaded;"
                        + " where the checkpoint holds the scales beside its packed weights, as DeepSpeed's rank files do, --mirrors checkpoint dequantizes those");
    }

    private ParameterChange changeOf(String parameter) {
        boolean isInput =
                base.ends().map(ends -> ends.input().equals(parameter)).orElse(false);
        boolean isOutput =
                base.ends().map(ends -> ends.output().equals(parameter)).orElse(false);
        if (isInput || isOutput) {
            return isInput ? tying.input() : tying.output();
        }
        return changes.of(parameter).orElse(ParameterChange.NONE);
    }

    private OutputTensor output(String name, String source, ParameterChange change) {
        DType recorded = trained.dtypeOf(source);
        requireFloating(name, recorded, change);
        Value value = change.replacement()
                .map(tensor -> replaced(name, source, tensor, recorded, change.mirror()))
                .orElseGet(() -> unchanged(source));
        return new OutputTensor(name, dtypes.of(name, recorded), value.shape(), value, change.operations());
    }

    private Value unchanged(String source) {
        return changes.taken(source)
                .<Value>map(TrainingCopies.Taken::value)
                .orElseGet(() -> trained.valueOf(source, inputs));
    }

    private Value replaced(String name, String source, TensorRef ref, DType recorded, boolean mirror) {
        if (mirror) {
            assertions.add(new MirrorEqualsBase(name, ref, trained.valueOf(source, inputs)));
        }
        return new Stored(ref, precision(name, recorded));
    }

    /** To what a tensor that takes the place of the base's is rounded: as the base has it, but not where a wider dtype is asked for. */
    private DType precision(String name, DType recorded) {
        DType written = dtypes.of(name, recorded);
        return written == DType.F32 ? written : recorded;
    }

    private static void requireFloating(String name, DType recorded, ParameterChange change) {
        if (!change.isNothing() && !recorded.isMergeable()) {
            throw new RefusedInput(
                    "adapter.dtype",
                    "The adapter changes %s, which the base stores as %s.".formatted(name, recorded),
                    "check --base; deltas can be merged into float16, bfloat16 and float32 only");
        }
    }
}
