package dev.ingot.validate.family;

/**
 * {@code y = x Wᵀ + b}, possibly a band of rows of a fused projection.
 *
 * @param module that an adapter names: {@code model.layers.0.self_attn.q_proj}
 * @param firstRow of the module's matrix that this projection begins with
 * @param rows of this projection: the width of y
 * @param columns the width of x
 * @param bias whether the base has a bias for it
 */
public record Linear(String module, long firstRow, long rows, long columns, boolean bias) {
    public Linear {
        if (firstRow < 0 || rows <= 0 || columns <= 0) {
            throw new IllegalArgumentException(
                    module + " cannot be " + rows + " x " + columns + " from row " + firstRow);
        }
    }

    public String weightTensor() {
        return module + ".weight";
    }

    public String biasTensor() {
        return module + ".bias";
    }
}
