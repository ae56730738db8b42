package dev.ingot.ingest;

import dev.ingot.checkpoint.bitsandbytes.QuantState;
import dev.ingot.checkpoint.bitsandbytes.QuantizedTensor;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.TensorRef;
import dev.ingot.pipeline.plan.Value;
import dev.ingot.pipeline.plan.Value.NestedAbsmax;
import dev.ingot.pipeline.plan.Value.Packed4Bit;
import dev.ingot.pipeline.plan.Value.Stored;

/** Turns parameters of the base into values of a plan. */
record BaseValues(BaseModel base, Inputs inputs) {
    /** The value of a parameter that the base has. */
    Value of(String parameter) {
        QuantizedTensor packed = base.quantized().get(parameter);
        if (packed == null) {
            TensorRef tensor = inputs.ref(InputRole.BASE, base.parameters().get(parameter));
            return new Stored(tensor, tensor.dtype());
        }
        QuantState state = packed.state();
        return new Packed4Bit(
                inputs.ref(InputRole.BASE, packed.packed()),
                state.quantType(),
                state.blocksize(),
                false,
                inputs.ref(InputRole.BASE, packed.absmax()),
                state.nested().map(nested -> nested(packed, nested)),
                state.dtype(),
                packed.shape());
    }

    private NestedAbsmax nested(QuantizedTensor packed, QuantState.Nested nested) {
        return new NestedAbsmax(
                inputs.ref(InputRole.BASE, packed.nestedMap().orElseThrow()),
                inputs.ref(InputRole.BASE, packed.nestedAbsmax().orElseThrow()),
                nested.blocksize(),
                nested.dtype(),
                nested.offset());
    }
}
