package dev.ingot.validate.weights;

import dev.ingot.arithmetic.Rounding;
import dev.ingot.arithmetic.RowwiseInt8;
import dev.ingot.checkpoint.quantized.QuantizedParameter;
import java.io.IOException;

/** A tensor of LLM.int8: codes, and one scale per row. */
record Int8Tensor(TensorBytes bytes, QuantizedParameter.RowwiseInt8 tensor) implements Dequantized {
    @Override
    public void floats(long first, float[] into, int count) throws IOException {
        long columns = tensor.stored().columns();
        byte[] codes = bytes.read(tensor.payload(), first, count).array();
        long firstRow = first / columns;
        int rows = (int) ((first + count - 1) / columns - firstRow + 1);
        float[] scales = bytes.floats(tensor.scales(), firstRow, rows);
        for (int i = 0; i < count; i++) {
            float scale = scales[(int) ((first + i) / columns - firstRow)];
            into[i] = Rounding.to(tensor.dtype(), RowwiseInt8.value(codes[i], scale));
        }
    }
}
