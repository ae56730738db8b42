package dev.ingot.checkpoint.bitsandbytes;

import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.model.LocatedTensor;
import java.util.List;
import java.util.Optional;

/**
 * A tensor that bitsandbytes packed in 4 bit, with its companions, which may lie in other files.
 *
 * @param name of the parameter, as the model knows it
 * @param packed raw bytes, two elements each, whatever dtype the file gives it
 * @param companions all other tensors that belong to it, quant_state and code map included
 */
public record QuantizedTensor(
        String name,
        QuantState state,
        LocatedTensor packed,
        LocatedTensor absmax,
        Optional<LocatedTensor> nestedAbsmax,
        Optional<LocatedTensor> nestedMap,
        List<LocatedTensor> companions) {
    public QuantizedTensor {
        companions = List.copyOf(companions);
    }

    /** Shape of the weight that was quantized; present, because discovery refuses a state without one. */
    public Shape shape() {
        return state.shape().orElseThrow();
    }
}
