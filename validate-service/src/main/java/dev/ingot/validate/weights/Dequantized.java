package dev.ingot.validate.weights;

import dev.ingot.checkpoint.quantized.QuantizedParameter;
import dev.ingot.checkpoint.quantized.QuantizedParameter.BlockScaledFp8;
import dev.ingot.checkpoint.quantized.QuantizedParameter.FourBit;
import dev.ingot.checkpoint.quantized.QuantizedParameter.MicroscaledFp4;
import dev.ingot.checkpoint.quantized.QuantizedParameter.RowwiseInt8;
import java.io.IOException;

/** A quantized parameter, dequantized by the scalar reference as it is read, in the order in which it is stored. Safe for several threads. */
interface Dequantized {
    /** Elements {@code [first, first + count)} into {@code into[0..count)}: float32 values that the recorded dtype can hold. */
    void floats(long first, float[] into, int count) throws IOException;

    static Dequantized open(TensorBytes bytes, QuantizedParameter parameter) throws IOException {
        return switch (parameter) {
            case FourBit packed -> FourBitTensor.open(bytes, packed);
            case RowwiseInt8 rows -> new Int8Tensor(bytes, rows);
            case MicroscaledFp4 groups -> new MicroscaledTensor(bytes, groups);
            case BlockScaledFp8 tiles -> new BlockScaledTensor(bytes, tiles);
        };
    }
}
