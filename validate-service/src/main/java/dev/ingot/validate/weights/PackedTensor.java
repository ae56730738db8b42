package dev.ingot.validate.weights;

import dev.ingot.arithmetic.Absmax;
import dev.ingot.arithmetic.FourBitCode;
import dev.ingot.arithmetic.FourBitDequantization;
import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.bitsandbytes.QuantState;
import dev.ingot.checkpoint.bitsandbytes.QuantizedTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** A tensor packed in 4 bit, dequantized by the scalar reference as it is read. */
final class PackedTensor {
    private final TensorBytes bytes;
    private final QuantizedTensor tensor;
    private final FourBitCode code;
    private final Optional<Absmax> nested;

    private PackedTensor(TensorBytes bytes, QuantizedTensor tensor, Optional<Absmax> nested) {
        this.bytes = bytes;
        this.tensor = tensor;
        this.code = FourBitCode.named(tensor.state().quantType());
        this.nested = nested;
    }

    static PackedTensor open(TensorBytes bytes, QuantizedTensor tensor) throws IOException {
        if (tensor.state().nested().isEmpty()) {
            return new PackedTensor(bytes, tensor, Optional.empty());
        }
        QuantState.Nested state = tensor.state().nested().get();
        float[] map = floats(bytes.read(tensor.nestedMap().orElseThrow(), 0, 256 * Float.BYTES));
        return new PackedTensor(
                bytes, tensor, Optional.of(new Absmax(map, state.blocksize(), state.dtype(), state.offset())));
    }

    void floats(long first, float[] into, int count) throws IOException {
        int blocksize = tensor.state().blocksize();
        long firstByte = first / 2;
        byte[] packed = bytes.read(tensor.packed(), firstByte, (int) ((first + count - 1) / 2 - firstByte + 1))
                .array();
        long firstBlock = first / blocksize;
        int blocks = (int) ((first + count - 1) / blocksize - firstBlock + 1);
        float[] absmax = absmax(firstBlock, blocks);
        for (int done = 0; done < count; ) {
            long element = first + done;
            int some = (int) Math.min(count - done, blocksize - element % blocksize);
            float[] values = values(absmax[(int) (element / blocksize - firstBlock)]);
            for (int i = done; i < done + some; i++) {
                into[i] = values[FourBitDequantization.nibble(packed, first, first + i)];
            }
            done += some;
        }
    }

    /** What the 16 nibbles stand for in a block: one float32 product, rounded once to the recorded dtype. */
    private float[] values(float scale) {
        float[] values = new float[16];
        for (int nibble = 0; nibble < values.length; nibble++) {
            values[nibble] = Rounding.to(tensor.state().dtype(), code.value(nibble) * scale);
        }
        return values;
    }

    private float[] absmax(long firstBlock, int blocks) throws IOException {
        if (nested.isEmpty()) {
            return floats(bytes.read(tensor.absmax(), firstBlock * Float.BYTES, blocks * Float.BYTES));
        }
        Absmax scales = nested.get();
        byte[] codes = bytes.read(tensor.absmax(), firstBlock, blocks).array();
        long firstOuter = firstBlock / scales.blocksize();
        int outers = (int) ((firstBlock + blocks - 1) / scales.blocksize() - firstOuter + 1);
        float[] outer =
                floats(bytes.read(tensor.nestedAbsmax().orElseThrow(), firstOuter * Float.BYTES, outers * Float.BYTES));
        float[] absmax = new float[blocks];
        scales.scales(codes, outer, firstBlock, absmax, blocks);
        return absmax;
    }

    private static float[] floats(ByteBuffer bytes) {
        float[] values = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(values);
        return values;
    }
}
