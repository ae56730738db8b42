package dev.ingot.merge.formula;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.plan.TensorRef;
import dev.ingot.pipeline.plan.Value.Stored;
import dev.ingot.pipeline.tile.PlainTiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads tensors of the adapter whole. */
record AdapterTensors(PlainTiles tiles) {
    /** Elements as float32; RefusedInput {@code adapter.non-finite}. */
    float[] floats(TensorRef tensor) throws IOException {
        float[] values = new float[Math.toIntExact(tensor.shape().elements())];
        tiles.floats(new Stored(tensor, tensor.dtype()), 0, values, values.length);
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new RefusedInput(
                        "adapter.non-finite",
                        "%s of the adapter holds %s; expected finite numbers.".formatted(tensor.name(), value),
                        "take an earlier checkpoint of the training run: this one has diverged");
            }
        }
        return values;
    }

    /** Elements that are indices below {@code limit}; RefusedInput {@code adapter.index}. */
    int[] indices(TensorRef tensor, int limit) throws IOException {
        int count = Math.toIntExact(tensor.shape().elements());
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(tensor.dtype().bytes(count)))
                .order(ByteOrder.LITTLE_ENDIAN);
        tiles.bytes(new Stored(tensor, tensor.dtype()), 0, bytes);
        bytes.flip();
        int[] indices = new int[count];
        for (int i = 0; i < count; i++) {
            double index = next(tensor, bytes);
            if (!(index >= 0 && index < limit) || index != Math.rint(index)) {
                throw new RefusedInput(
                        "adapter.index",
                        "%s of the adapter holds the index %s; expected whole numbers from 0 to %d."
                                .formatted(tensor.name(), index, limit - 1),
                        "check --base: the adapter was trained on a model of another size");
            }
            indices[i] = (int) index;
        }
        return indices;
    }

    private static double next(TensorRef tensor, ByteBuffer bytes) {
        return switch (tensor.dtype()) {
            case U8 -> Byte.toUnsignedInt(bytes.get());
            case I8 -> bytes.get();
            case I16 -> bytes.getShort();
            case U16 -> Short.toUnsignedInt(bytes.getShort());
            case I32 -> bytes.getInt();
            case U32 -> Integer.toUnsignedLong(bytes.getInt());
            case I64 -> bytes.getLong();
            case F32 -> bytes.getFloat();
            default -> throw new IllegalArgumentException(tensor.name() + " is " + tensor.dtype() + ": no indices");
        };
    }
}
