package dev.ingot.validate.family;

import java.util.List;

/** One decoder layer: its blocks in the order in which the stream passes them. */
public record LayerRecipe(List<BlockRecipe> blocks) {
    public LayerRecipe {
        blocks = List.copyOf(blocks);
    }
}
