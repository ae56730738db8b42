package dev.ingot.validate.weights;

import dev.ingot.arithmetic.Absmax;
import dev.ingot.arithmetic.FourBitCode;
import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.bitsandbytes.QuantState;
import dev.ingot.checkpoint.quantized.QuantizedParameter.FourBit;
import dev.ingot.checkpoint.quantized.QuantizedParameter.NestedScales;
import dev.ingot.checkpoint.quantized.Remark;
import java.io.IOException;
import java.util.Optional;

/** A tensor packed in 4 bit by bitsandbytes. */
final class FourBitTensor implements Dequantized {
    private final TensorBytes bytes;
    private final FourBit tensor;
    private final FourBitCode code;
    private final Optional<Absmax> nested;

    private FourBitTensor(TensorBytes bytes, FourBit tensor, Optional<Absmax> nested) {
        this.bytes = bytes;
        this.tensor = tensor;
        this.code = FourBitCode.named(tensor.state().quantType());
        this.nested = nested;
    }

    static FourBitTensor open(TensorBytes bytes, FourBit tensor) throws IOException {
        if (tensor.nested().isEmpty()) {
            return new FourBitTensor(bytes, tensor, Optional.empty());
        }
        QuantState.Nested state = tensor.state().nested().orElseThrow();
        float[] map = bytes.floats(tensor.nested().get().map(), 0, 256);
        return new FourBitTensor(
                bytes, tensor, Optional.of(new Absmax(map, state.blocksize(), state.dtype(), state.offset())));
    }

    @Override
    public void floats(long first, float[] into, int count) throws IOException {
        int blocksize = tensor.state().blocksize();
        long firstByte = first / 2;
        byte[] packed = bytes.read(tensor.payload(), firstByte, (int) ((first + count - 1) / 2 - firstByte + 1))
                .array();
        long firstBlock = first / blocksize;
        int blocks = (int) ((first + count - 1) / blocksize - firstBlock + 1);
        float[] absmax = absmax(firstBlock, blocks);
        for (int done = 0; done < count; ) {
            long element = first + done;
            int some = (int) Math.min(count - done, blocksize - element % blocksize);
            float[] values = values(absmax[(int) (element / blocksize - firstBlock)]);
            lookUp(values, packed, (int) (first & 1) + done, into, done, some);
            done += some;
        }
    }

    /** Two elements per byte where a pair is whole: one by one, an element takes several times as long. */
    private void lookUp(float[] values, byte[] packed, int nibble, float[] into, int at, int count) {
        int evenShift = tensor.lowNibbleFirst() ? 0 : 4;
        int end = at + count;
        int element = nibble;
        int i = at;
        if ((element & 1) != 0 && i < end) {
            into[i++] = values[packed[element++ >> 1] >>> 4 - evenShift & 0xF];
        }
        for (int pair = element >> 1; i + 1 < end; i += 2, pair++) {
            int both = packed[pair];
            into[i] = values[both >>> evenShift & 0xF];
            into[i + 1] = values[both >>> 4 - evenShift & 0xF];
            element += 2;
        }
        if (i < end) {
            into[i] = values[packed[element >> 1] >>> evenShift & 0xF];
        }
    }

    /** What the 16 nibbles stand for in a block: one float32 product, rounded once to the recorded dtype. */
    private float[] values(float scale) {
        float[] values = new float[16];
        for (int nibble = 0; nibble < values.length; nibble++) {
            values[nibble] = Rounding.to(tensor.dtype(), code.value(nibble) * scale);
        }
        return values;
    }

    private float[] absmax(long firstBlock, int blocks) throws IOException {
        if (tensor.remarks().contains(Remark.SCALES_TRANSPOSED)) {
            return turnedAbsmax(firstBlock, blocks);
        }
        if (nested.isEmpty()) {
            return bytes.floats(tensor.absmax(), firstBlock, blocks);
        }
        NestedScales scales = tensor.nested().orElseThrow();
        byte[] codes = bytes.read(tensor.absmax(), firstBlock, blocks).array();
        long firstOuter = firstBlock / nested.get().blocksize();
        int outers = (int) ((firstBlock + blocks - 1) / nested.get().blocksize() - firstOuter + 1);
        float[] outer = bytes.floats(scales.absmax(), firstOuter, outers);
        float[] absmax = new float[blocks];
        nested.get().scales(codes, outer, firstBlock, absmax, blocks);
        return absmax;
    }

    /** Of scales that stand as [blocks of a row, rows]. */
    private float[] turnedAbsmax(long firstBlock, int blocks) throws IOException {
        long perRow = tensor.absmax().shape().dim(0);
        long rows = tensor.absmax().shape().dim(1);
        long firstRow = firstBlock / perRow;
        int band = (int) ((firstBlock + blocks - 1) / perRow - firstRow + 1);
        float[] absmax = new float[blocks];
        for (long column = 0; column < perRow; column++) {
            float[] strip = bytes.floats(tensor.absmax(), column * rows + firstRow, band);
            for (int i = 0; i < band; i++) {
                long at = (firstRow + i) * perRow + column - firstBlock;
                if (at >= 0 && at < blocks) {
                    absmax[(int) at] = strip[i];
                }
            }
        }
        return absmax;
    }
}
