package dev.ingot.merge.formula;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.merge.singular.SingularPart;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Rows of a singular part of a matrix, which is taken apart by whoever asks first. */
final class SingularRows implements Rows {
    private final Rows of;
    private final String tensor;
    private final Taking taking;
    private @Nullable SingularPart part;

    /** Takes a part of a matrix of so many rows and columns. */
    @FunctionalInterface
    interface Taking {
        SingularPart of(float[] values, int rows, int columns);
    }

    /** @param tensor that it is for */
    SingularRows(Rows of, String tensor, Taking taking) {
        this.of = of;
        this.tensor = tensor;
        this.taking = taking;
    }

    @Override
    public int rows() {
        return of.rows();
    }

    @Override
    public int columns() {
        return of.columns();
    }

    @Override
    public void read(int first, int count, float[] into, int at) throws IOException {
        SingularPart taken = part();
        for (int i = 0; i < count; i++) {
            taken.read(first + i, into, at + i * columns());
        }
    }

    private synchronized SingularPart part() throws IOException {
        if (part == null) {
            SingularPart taken = taking.of(of.dense().values(), rows(), columns());
            if (!taken.isDefined()) {
                throw new RefusedInput(
                        "base.equal-singular-values",
                        "%s of the base has singular values that float32 cannot tell apart where the adapter's initialization cut it in two: which part training took out of it cannot be known."
                                .formatted(tensor),
                        "merge onto the residual that training saved (--base-is-residual), or save the adapter with PEFT's path_initial_model_for_weight_conversion");
            }
            part = taken;
        }
        return part;
    }
}
