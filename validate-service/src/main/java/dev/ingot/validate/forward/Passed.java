package dev.ingot.validate.forward;

import dev.ingot.pipeline.work.Progress;
import dev.ingot.validate.family.BlockRecipe;
import dev.ingot.validate.family.DecoderRecipe;
import dev.ingot.validate.weights.Side;
import java.util.List;

/** How far a forward pass has got, as tokens: all of them, times the share of the models' weights that they have passed. For one thread. */
final class Passed {
    private final Progress progress;
    private final long tokens;
    private final double all;
    private double passed;

    Passed(Progress progress, long tokens, List<Side> sides) {
        this.progress = progress;
        this.tokens = tokens;
        this.all = sides.stream().mapToDouble(side -> weights(side.recipe())).sum();
    }

    private static double weights(DecoderRecipe recipe) {
        double blocks = recipe.layers().stream()
                .flatMap(layer -> layer.blocks().stream())
                .mapToDouble(Passed::weights)
                .sum();
        return blocks + (double) recipe.vocabulary() * recipe.hidden();
    }

    private static double weights(BlockRecipe block) {
        return block.linears()
                .mapToDouble(linear -> (double) linear.rows() * linear.columns())
                .sum();
    }

    /** All tokens of one side have passed a block. */
    void block(BlockRecipe block, int layer, int layers) {
        tell(weights(block), "layer %d of %d".formatted(layer, layers));
    }

    /** All tokens of all sides have passed so many rows, each {@code hidden} wide, of the output embedding. */
    void head(long rows, long hidden, int sides, int stretch, int stretches) {
        tell((double) rows * hidden * sides, "vocabulary, part %d of %d".formatted(stretch, stretches));
    }

    private void tell(double weights, String note) {
        passed += weights;
        progress.at(Math.min(tokens, Math.round(tokens * passed / all)), tokens, "tokens", note);
    }
}
