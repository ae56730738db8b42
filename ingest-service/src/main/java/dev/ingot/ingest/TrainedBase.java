package dev.ingot.ingest;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.adapter.AdapterConfig;
import dev.ingot.checkpoint.loading.LoadedBase;
import dev.ingot.checkpoint.loading.LoadedTensor;
import dev.ingot.checkpoint.loading.QuantizationScheme.EightBit;
import dev.ingot.checkpoint.loading.QuantizationScheme.FourBit;
import dev.ingot.checkpoint.loading.TaskClass;
import dev.ingot.pipeline.plan.BaseStatement;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.TensorRef;
import dev.ingot.pipeline.plan.Value;
import dev.ingot.pipeline.plan.Value.Quantized4Bit;
import dev.ingot.pipeline.plan.Value.QuantizedInt8;
import dev.ingot.pipeline.plan.Value.Stored;
import dev.ingot.pipeline.plan.Value.Transposed;
import dev.ingot.pipeline.request.RunRequest;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The base that the adapter is merged onto: as it is stored, or as training saw it after it was quantized while loading.
 *
 * @param loaded what loading made of each tensor; empty when the values are taken as they are stored
 */
record TrainedBase(BaseModel base, Optional<LoadedBase> loaded, BaseStatement statement) {

    /** Follows request and evidence; RefusedInput when they contradict each other or the values cannot be reproduced. */
    static TrainedBase of(BaseModel base, List<AdapterConfig> adapters, Changes changes, RunRequest request) {
        Optional<DeclaredQuantization> declared = DeclaredQuantization.of(base, request);
        Optional<BaseStatement> taken = CheckpointStatement.of(changes, request);
        if (taken.isPresent()) {
            Optional<LoadedBase> loaded = declared.flatMap(
                    how -> how.applied(base, trainedClass(changes)).loaded());
            return new TrainedBase(base, loaded, taken.get());
        }
        if (declared.isEmpty()) {
            return new TrainedBase(base, Optional.empty(), BaseStatements.of(base, adapters, request));
        }
        return declared.get().applied(base, trainedClass(changes));
    }

    private static String trainedClass(Changes changes) {
        return changes.task().map(TaskClass::architecture).orElse("");
    }

    /** The base of a run that merges nothing. */
    static TrainedBase withoutAdapter(BaseModel base, RunRequest request) {
        return DeclaredQuantization.of(base, request)
                .map(declared -> declared.alone(base))
                .orElseGet(() -> new TrainedBase(base, Optional.empty(), BaseStatements.withoutAdapter(base)));
    }

    /** The value of a parameter that the base has, before any operation. */
    Value valueOf(String parameter, Inputs inputs) {
        if (loaded.isEmpty()) {
            return new BaseValues(base, inputs).of(parameter);
        }
        TensorRef tensor = inputs.ref(InputRole.BASE, base.parameters().get(parameter));
        LoadedTensor made = loaded.get().of(parameter);
        Stored stored = new Stored(tensor, made.dtype());
        return switch (made.treatment()) {
            case CAST -> stored;
            case QUANTIZED -> quantized(stored);
            case QUANTIZED_TRANSPOSED -> new Transposed(quantized(new Transposed(stored)));
        };
    }

    private Value quantized(Value value) {
        return switch (loaded.orElseThrow().quantization().scheme()) {
            case FourBit four -> new Quantized4Bit(value, four.quantType(), FourBit.BLOCKSIZE, four.doubleQuantized());
            case EightBit eight -> new QuantizedInt8(value);
        };
    }

    /** dtype of a parameter's value: what training loaded it as, as recorded when it was packed, or as stored. */
    DType dtypeOf(String parameter) {
        return loaded.map(made -> made.of(parameter).dtype()).orElseGet(() -> base.dtypeOf(parameter));
    }

    /** The dtype in which most bytes of the model's floating parameters are recorded; float32 for a model without any. */
    DType dtype() {
        Map<DType, Long> elements = new EnumMap<>(DType.class);
        for (String name : base.parameters().keySet()) {
            DType dtype = dtypeOf(name);
            if (dtype.isMergeable()) {
                elements.merge(dtype, base.shapeOf(name).elements(), Long::sum);
            }
        }
        return elements.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(DType.F32);
    }
}
