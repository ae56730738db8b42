package dev.ingot.ingest;

import dev.ingot.checkpoint.model.LocatedTensor;
import dev.ingot.checkpoint.quantized.QuantizedParameter.FourBit;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.TensorRef;
import dev.ingot.pipeline.plan.Value.NestedAbsmax;
import dev.ingot.pipeline.plan.Value.Packed4Bit;
import java.util.Optional;

/** Turns 4-bit weights of bitsandbytes into values of a plan, whoever stored them. */
record PackedValues(InputRole role, Inputs inputs) {
    /** The dequantized value in the order in which the packed elements lie. */
    Packed4Bit of(FourBit packed) {
        return new Packed4Bit(
                ref(packed.payload()),
                packed.state().quantType(),
                packed.state().blocksize(),
                packed.lowNibbleFirst(),
                ref(packed.absmax()),
                nested(packed),
                packed.dtype(),
                packed.stored());
    }

    private Optional<NestedAbsmax> nested(FourBit packed) {
        return packed.state()
                .nested()
                .flatMap(state -> packed.nested()
                        .map(scales -> new NestedAbsmax(
                                ref(scales.map()),
                                ref(scales.absmax()),
                                state.blocksize(),
                                state.dtype(),
                                state.offset())));
    }

    private TensorRef ref(LocatedTensor tensor) {
        return inputs.ref(role, tensor);
    }
}
