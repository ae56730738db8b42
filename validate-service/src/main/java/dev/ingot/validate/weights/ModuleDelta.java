package dev.ingot.validate.weights;

/**
 * What an adapter adds to one matrix of rows x columns: {@code scale · left · right}.
 *
 * @param source that holds both factors
 * @param left rows x rank, or rank x rows where {@code leftTransposed}
 * @param right rank x columns, or columns x rank where {@code rightTransposed}
 * @param rounded whether PEFT casts it to the weight's dtype before it adds it: for embeddings
 */
public record ModuleDelta(
        WeightSource source,
        String left,
        boolean leftTransposed,
        String right,
        boolean rightTransposed,
        long rows,
        long columns,
        int rank,
        float scale,
        boolean rounded) {

    /** The same for the transposed matrix. */
    ModuleDelta transposed() {
        return new ModuleDelta(
                source, right, !rightTransposed, left, !leftTransposed, columns, rows, rank, scale, rounded);
    }
}
