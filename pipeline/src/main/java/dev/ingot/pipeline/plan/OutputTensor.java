package dev.ingot.pipeline.plan;

import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.Shape;
import java.util.List;

/**
 * One tensor of the merged checkpoint.
 *
 * @param dtype written
 * @param value before the operations
 * @param operations none for a tensor that the adapter does not touch; then, if {@code dtype} is the value's, its bytes are copied
 */
public record OutputTensor(String name, DType dtype, Shape shape, Value value, List<Operation> operations) {
    public OutputTensor {
        operations = List.copyOf(operations);
        if (!shape.equals(value.shape())) {
            throw new IllegalArgumentException(name + " has shape " + shape + " but its value has " + value.shape());
        }
    }

    public boolean isUntouched() {
        return operations.isEmpty();
    }

    public long bytes() {
        return dtype.bytes(shape.elements());
    }
}
