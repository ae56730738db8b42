package dev.ingot.validate.weights;

import dev.ingot.checkpoint.Shape;
import dev.ingot.validate.family.BlockRecipe;
import dev.ingot.validate.family.DecoderRecipe;
import dev.ingot.validate.family.Linear;
import dev.ingot.validate.family.NormRecipe;
import dev.ingot.validate.family.Rectangle;
import dev.ingot.validate.family.UnknownFamily;
import java.util.Optional;

/** Holds a recipe against the tensors that are there, before anything is computed. */
public final class RecipeFit {
    private final WeightSource weights;

    private RecipeFit(WeightSource weights) {
        this.weights = weights;
    }

    /** UnknownFamily when a tensor that the recipe needs is not there, or of another size. */
    public static void require(Side side) {
        RecipeFit fit = new RecipeFit(side.weights());
        DecoderRecipe recipe = side.recipe();
        fit.require(Rectangle.rows(recipe.embedding(), 0, recipe.vocabulary(), recipe.hidden()));
        fit.require(Rectangle.rows(recipe.head(), 0, recipe.vocabulary(), recipe.hidden()));
        recipe.positions()
                .ifPresent(table -> fit.require(Rectangle.rows(table.tensor(), 0, table.rows(), recipe.hidden())));
        fit.requireNorm(recipe.finalNorm());
        recipe.layers().stream().flatMap(layer -> layer.blocks().stream()).forEach(fit::requireBlock);
    }

    private void requireBlock(BlockRecipe block) {
        block.linears().forEach(this::requireLinear);
        block.norms().forEach(this::requireNorm);
        block.vectors().forEach(this::require);
        if (block instanceof BlockRecipe.LayerInput input) {
            require(Rectangle.rows(
                    input.table().tensor(),
                    0,
                    input.table().rows(),
                    input.table().columns()));
        }
    }

    private void requireLinear(Linear linear) {
        require(linear.weight());
        linear.bias().ifPresent(this::require);
    }

    private void requireNorm(NormRecipe norm) {
        norm.weight().ifPresent(this::require);
        norm.bias().ifPresent(this::require);
    }

    /** Rows have to be as long as the file's; a single row may be a stretch of anything. */
    private void require(Rectangle part) {
        Shape shape = shape(part.tensor());
        boolean longer = part.rows() > 1 && shape.columns() != part.stride();
        if (longer || shape.elements() < part.end()) {
            throw new UnknownFamily("a model whose %s has shape %s where config.json implies %d x %d"
                    .formatted(part.tensor(), shape, part.end() / part.stride(), part.stride()));
        }
    }

    private Shape shape(String tensor) {
        Optional<Shape> shape = weights.shape(tensor);
        if (shape.isEmpty() || !weights.dtype(tensor).isMergeable()) {
            throw new UnknownFamily("a model whose %s is %s"
                    .formatted(
                            tensor,
                            shape.isEmpty() ? "missing" : weights.dtype(tensor).name()));
        }
        return shape.get();
    }
}
