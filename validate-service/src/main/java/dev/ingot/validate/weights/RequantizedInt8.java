package dev.ingot.validate.weights;

import dev.ingot.arithmetic.Rounding;
import dev.ingot.arithmetic.RowwiseInt8;
import dev.ingot.checkpoint.DType;
import java.io.IOException;

/** What LLM.int8 leaves of a matrix's values, row by row. */
record RequantizedInt8(Dequantized values, int columns, DType dtype) implements Dequantized {
    @Override
    public void floats(long first, float[] into, int count) throws IOException {
        float[] row = new float[columns];
        for (int done = 0; done < count; ) {
            long at = first + done;
            int column = (int) (at % columns);
            int some = Math.min(count - done, columns - column);
            values.floats(at - column, row, columns);
            float absmax = RowwiseInt8.absmax(row, 0, columns);
            float multiplier = RowwiseInt8.multiplier(absmax);
            for (int i = 0; i < some; i++) {
                byte code = RowwiseInt8.code(row[column + i], multiplier);
                into[done + i] = Rounding.to(dtype, RowwiseInt8.value(code, absmax));
            }
            done += some;
        }
    }
}
