package dev.ingot.merge;

import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.DType;
import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.plan.InputFile.InputRole;
import dev.ingot.pipeline.plan.OutputTensor;
import dev.ingot.pipeline.plan.Value;
import dev.ingot.pipeline.plan.Value.Quantized4Bit;
import dev.ingot.pipeline.plan.Value.QuantizedInt8;
import dev.ingot.pipeline.plan.Value.Stored;
import dev.ingot.pipeline.plan.Value.Transposed;
import java.io.IOException;
import java.util.Optional;

/**
 * Says why a value holds an infinity or a NaN before anything is merged into it: its file does, or the dtype that it is recorded in cannot hold
 * what is finite there.
 */
record NonFinite(MergeJob job, Tile tile, OutputTensor tensor) {
    RefusedInput refusal() throws IOException {
        Value value = tensor.value();
        Optional<Stored> plain = plain(value);
        Optional<RefusedInput> overflow = plain.isPresent() ? ofStored(plain.get()) : ofQuantized(value);
        return overflow.isPresent() ? overflow.get() : job.refusals().source(tensor.name(), isOfAdapter());
    }

    /** The tensor of a file that the value's elements are taken from one by one; scales and codes are none. */
    private static Optional<Stored> plain(Value value) {
        return switch (value) {
            case Stored stored -> Optional.of(stored);
            case Quantized4Bit quantized -> plain(quantized.of());
            case QuantizedInt8 quantized -> plain(quantized.of());
            case Transposed transposed -> plain(transposed.of());
            case Value.Packed4Bit _, Value.RowwiseInt8 _, Value.MicroscaledFp4 _, Value.BlockScaledFp8 _ ->
                Optional.empty();
        };
    }

    private Optional<RefusedInput> ofStored(Stored value) throws IOException {
        if (value.tensor().dtype() == value.dtype()) {
            return Optional.empty();
        }
        float[] exact = floats(new Stored(value.tensor(), value.tensor().dtype()));
        for (int i = 0; i < exact.length; i++) {
            if (!Float.isFinite(exact[i])) {
                return Optional.empty();
            }
        }
        for (int i = 0; i < exact.length; i++) {
            if (!Float.isFinite(Rounding.to(value.dtype(), exact[i]))) {
                return Optional.of(overflow(i, Float.toString(exact[i])));
            }
        }
        return Optional.empty();
    }

    /** dequant proves that scales are finite, so that an infinity can come of nothing but the last rounding; a NaN stands in the file. */
    private Optional<RefusedInput> ofQuantized(Value value) throws IOException {
        float[] rounded = floats(value);
        int infinite = -1;
        for (int i = 0; i < rounded.length; i++) {
            if (Float.isNaN(rounded[i])) {
                return Optional.empty();
            }
            infinite = infinite < 0 && Float.isInfinite(rounded[i]) ? i : infinite;
        }
        return infinite < 0 || value.dtype() == DType.F32
                ? Optional.empty()
                : Optional.of(overflow(infinite, "larger once dequantized"));
    }

    private float[] floats(Value value) throws IOException {
        float[] floats = new float[tile.elements()];
        job.values().floats(value, tile.first(), floats, floats.length);
        return floats;
    }

    private RefusedInput overflow(int element, String found) {
        long row = tile.row() + element / tile.columns();
        long column = tile.column() + element % tile.columns();
        return job.refusals().recorded(tensor.name(), tensor.value().dtype(), row, column, found, isOfAdapter());
    }

    private boolean isOfAdapter() {
        return job.roleOf(tensor.value().parts().getFirst()) == InputRole.ADAPTER;
    }
}
