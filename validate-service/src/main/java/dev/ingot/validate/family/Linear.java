package dev.ingot.validate.family;

import java.util.Optional;

/**
 * {@code y = x Wᵀ + b}, possibly a band of a fused projection, or one expert of a parameter that holds all.
 *
 * @param module that an adapter names: {@code model.layers.0.self_attn.q_proj}; empty for a part of a parameter that no module is
 * @param firstRow of the module's matrix, as [out, in], that this projection begins with
 * @param weight [rows, columns], or its transpose where {@code turned}
 * @param turned whether it is stored as [in, out], like transformers' Conv1D
 * @param bias of the base, one element per row
 */
public record Linear(String module, long firstRow, Rectangle weight, boolean turned, Optional<Rectangle> bias) {

    /** A module's rows {@code [firstRow, firstRow + rows)}, stored as [out, in] under its own name. */
    public static Linear of(String module, long firstRow, long rows, long columns, boolean bias) {
        return new Linear(
                module,
                firstRow,
                Rectangle.rows(module + ".weight", firstRow, rows, columns),
                false,
                bias(module, firstRow, rows, bias));
    }

    /** The same of a Conv1D, whose matrix of [in, out] is {@code stored} wide. */
    public static Linear conv1d(String module, long firstRow, long rows, long columns, long stored, boolean bias) {
        return new Linear(
                module,
                firstRow,
                new Rectangle(module + ".weight", firstRow, columns, rows, stored),
                true,
                bias(module, firstRow, rows, bias));
    }

    private static Optional<Rectangle> bias(String module, long firstRow, long rows, boolean bias) {
        return bias ? Optional.of(Rectangle.vector(module + ".bias", firstRow, rows)) : Optional.empty();
    }

    /** The width of y. */
    public long rows() {
        return turned ? weight.columns() : weight.rows();
    }

    /** The width of x. */
    public long columns() {
        return turned ? weight.rows() : weight.columns();
    }
}
