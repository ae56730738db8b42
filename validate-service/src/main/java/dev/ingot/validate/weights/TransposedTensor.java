package dev.ingot.validate.weights;

import dev.ingot.checkpoint.Shape;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Gives a tensor with its last two dimensions exchanged.
 *
 * @param of in the order in which it is stored
 * @param stored its shape
 * @param panel of the calling thread
 */
record TransposedTensor(Dequantized of, Shape stored, ThreadLocal<Panel> panel) implements Dequantized {
    /** Some columns of one stored matrix, as rows: reading them one by one would read every stored row again each time. */
    static final class Panel {
        private static final int ELEMENTS = 1 << 20;

        private @Nullable Dequantized of;
        private long matrix;
        private long first;
        private long end;
        private float[] values = {};
    }

    @Override
    public void floats(long first, float[] into, int count) throws IOException {
        long storedRows = stored.dim(stored.rank() - 2);
        Panel current = panel.get();
        for (int done = 0; done < count; ) {
            long row = (first + done) / storedRows;
            long at = (first + done) % storedRows;
            int some = (int) Math.min(count - done, storedRows - at);
            require(current, row / stored.columns(), row % stored.columns(), (int) storedRows);
            long from = (row % stored.columns() - current.first) * storedRows + at;
            System.arraycopy(current.values, (int) from, into, done, some);
            done += some;
        }
    }

    private void require(Panel panel, long matrix, long column, int storedRows) throws IOException {
        boolean held =
                Objects.equals(panel.of, of) && panel.matrix == matrix && column >= panel.first && column < panel.end;
        if (held) {
            return;
        }
        int width = (int) Math.clamp(Panel.ELEMENTS / storedRows, 1, stored.columns() - column);
        panel.of = null;
        if (panel.values.length < width * storedRows) {
            panel.values = new float[width * storedRows];
        }
        float[] strip = new float[width];
        for (int row = 0; row < storedRows; row++) {
            of.floats((matrix * storedRows + row) * stored.columns() + column, strip, width);
            for (int i = 0; i < width; i++) {
                panel.values[i * storedRows + row] = strip[i];
            }
        }
        panel.of = of;
        panel.matrix = matrix;
        panel.first = column;
        panel.end = column + width;
    }
}
