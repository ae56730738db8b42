package dev.ingot.checkpoint.names;

import java.util.List;

/**
 * Where the rows of a linear layer's weight lie in a checkpoint of the other generation of transformers, which has fused such layers or cut a fused one up.
 * Only cuts into equal blocks of whole rows are such: whatever is added to the rows in one form is added to them in the other.
 *
 * @param parameters that hold the rows: one, of which they are a block, or several that follow one another
 * @param block of {@code blocks} equal ones, from 0; 0 of 1 where there are several parameters
 * @param blocks that the one parameter holds
 */
public record RowBlocks(List<String> parameters, int block, int blocks) {
    public RowBlocks {
        parameters = List.copyOf(parameters);
        boolean inside = parameters.size() == 1 && blocks > 1;
        boolean spread = parameters.size() > 1 && blocks == 1;
        if (!inside && !spread || block < 0 || block >= blocks) {
            throw new IllegalArgumentException("block %d of %d in %s".formatted(block, blocks, parameters));
        }
    }

    /** Whether the base has the rows as a block of a larger weight. */
    public boolean inside() {
        return blocks > 1;
    }

    /** For the ledger. */
    String text() {
        return inside()
                ? "rows: block %d of %d of %s".formatted(block + 1, blocks, parameters.getFirst())
                : "rows: cut into " + String.join(" and ", parameters);
    }
}
