package dev.ingot.validate.weights;

import dev.ingot.checkpoint.Shape;
import dev.ingot.validate.family.DecoderRecipe;
import dev.ingot.validate.family.LayerRecipe;
import dev.ingot.validate.family.Linear;
import dev.ingot.validate.family.NormRecipe;
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
        fit.requireRows(recipe.embedding(), recipe.vocabulary(), recipe.hidden());
        fit.requireRows(recipe.head(), recipe.vocabulary(), recipe.hidden());
        fit.requireVector(recipe.finalNorm().tensor(), recipe.finalNorm().width());
        recipe.layers().forEach(fit::requireLayer);
    }

    private void requireLayer(LayerRecipe layer) {
        layer.linears().forEach(this::requireLinear);
        for (NormRecipe norm : layer.norms().toList()) {
            requireVector(norm.tensor(), norm.width());
        }
    }

    private void requireLinear(Linear linear) {
        requireRows(linear.weightTensor(), linear.firstRow() + linear.rows(), linear.columns());
        if (linear.bias()) {
            requireVector(linear.biasTensor(), linear.firstRow() + linear.rows());
        }
    }

    private void requireRows(String tensor, long rows, long columns) {
        Shape shape = shape(tensor);
        if (shape.rank() != 2 || shape.dim(0) < rows || shape.dim(1) != columns) {
            throw unfit(tensor, shape, "%d x %d".formatted(rows, columns));
        }
    }

    private void requireVector(String tensor, long length) {
        Shape shape = shape(tensor);
        if (shape.elements() < length) {
            throw unfit(tensor, shape, Long.toString(length));
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

    private static UnknownFamily unfit(String tensor, Shape shape, String expected) {
        return new UnknownFamily(
                "a model whose %s has shape %s where config.json implies %s".formatted(tensor, shape, expected));
    }
}
