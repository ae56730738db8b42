package dev.ingot.validate.weights;

import dev.ingot.arithmetic.MicroscaledFp4;
import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.quantized.QuantizedParameter;
import java.io.IOException;

/** A tensor in MXFP4: rows hold whole groups, so that groups run over the flattened tensor. */
record MicroscaledTensor(TensorBytes bytes, QuantizedParameter.MicroscaledFp4 tensor) implements Dequantized {
    @Override
    public void floats(long first, float[] into, int count) throws IOException {
        long last = first + count - 1;
        byte[] blocks = bytes.read(tensor.payload(), first / 2, (int) (last / 2 - first / 2 + 1))
                .array();
        long firstGroup = first / MicroscaledFp4.GROUP;
        byte[] scales = bytes.read(tensor.scales(), firstGroup, (int) (last / MicroscaledFp4.GROUP - firstGroup + 1))
                .array();
        for (int i = 0; i < count; i++) {
            int scale = Byte.toUnsignedInt(scales[(int) ((first + i) / MicroscaledFp4.GROUP - firstGroup)]);
            int nibble = MicroscaledFp4.nibble(blocks, first, first + i);
            into[i] = Rounding.to(tensor.dtype(), MicroscaledFp4.value(nibble, scale));
        }
    }
}
