package dev.ingot.ingest;

import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.quantized.QuantizedParameter;
import dev.ingot.checkpoint.quantized.QuantizedParameter.BlockScaledFp8;
import dev.ingot.checkpoint.quantized.QuantizedParameter.FourBit;
import dev.ingot.checkpoint.quantized.QuantizedParameter.MicroscaledFp4;
import dev.ingot.checkpoint.quantized.QuantizedParameter.RowwiseInt8;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.TensorRef;
import dev.ingot.pipeline.plan.Value;
import dev.ingot.pipeline.plan.Value.Stored;
import dev.ingot.pipeline.plan.Value.Transposed;

/** Turns parameters of the base into values of a plan. */
record BaseValues(BaseModel base, Inputs inputs) {
    /** The value of a parameter that the base has, in the orientation in which the model has it. */
    Value of(String parameter) {
        QuantizedParameter quantized = base.quantized().get(parameter);
        if (quantized == null) {
            TensorRef tensor = ref(base.parameters().get(parameter));
            return new Stored(tensor, tensor.dtype());
        }
        Value value = dequantized(quantized);
        return quantized.transposed() ? new Transposed(value) : value;
    }

    private Value dequantized(QuantizedParameter quantized) {
        return switch (quantized) {
            case FourBit packed -> new PackedValues(InputRole.BASE, inputs).of(packed);
            case RowwiseInt8 rows -> new Value.RowwiseInt8(ref(rows.payload()), ref(rows.scales()), rows.dtype());
            case MicroscaledFp4 groups ->
                new Value.MicroscaledFp4(ref(groups.payload()), ref(groups.scales()), groups.dtype(), groups.stored());
            case BlockScaledFp8 tiles ->
                new Value.BlockScaledFp8(
                        ref(tiles.payload()),
                        ref(tiles.scales()),
                        tiles.blockRows(),
                        tiles.blockColumns(),
                        tiles.dtype());
        };
    }

    private TensorRef ref(LocatedTensor tensor) {
        return inputs.ref(InputRole.BASE, tensor);
    }
}
