package dev.ingot.validate.weights;

import dev.ingot.arithmetic.BlockScaledFp8;
import dev.ingot.arithmetic.Rounding;
import dev.ingot.checkpoint.quantized.QuantizedParameter;
import java.io.IOException;

/** A tensor in FP8 with one scale per tile of each matrix. */
record BlockScaledTensor(TensorBytes bytes, QuantizedParameter.BlockScaledFp8 tensor) implements Dequantized {
    @Override
    public void floats(long first, float[] into, int count) throws IOException {
        long columns = tensor.stored().columns();
        byte[] codes = bytes.read(tensor.payload(), first, count).array();
        for (int done = 0; done < count; ) {
            long row = (first + done) / columns;
            long column = (first + done) % columns;
            int some = (int) Math.min(count - done, columns - column);
            float[] scales = scales(row, columns);
            for (int i = 0; i < some; i++) {
                float scale = scales[(int) ((column + i) / tensor.blockColumns())];
                into[done + i] = Rounding.to(tensor.dtype(), BlockScaledFp8.value(codes[done + i], scale));
            }
            done += some;
        }
    }

    /** The scales of a row, counted over all matrices of the tensor. */
    private float[] scales(long row, long columns) throws IOException {
        long rows = tensor.stored().dim(tensor.stored().rank() - 2);
        long tileRows = Math.ceilDiv(rows, (long) tensor.blockRows());
        long tileColumns = Math.ceilDiv(columns, (long) tensor.blockColumns());
        long tileRow = row / rows * tileRows + row % rows / tensor.blockRows();
        return bytes.floats(tensor.scales(), tileRow * tileColumns, (int) tileColumns);
    }
}
