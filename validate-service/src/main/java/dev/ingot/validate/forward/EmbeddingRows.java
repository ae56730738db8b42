package dev.ingot.validate.forward;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.ingot.validate.family.DecoderRecipe;
import dev.ingot.validate.family.DecoderRecipe.PositionTable;
import dev.ingot.validate.family.UnknownFamily;
import dev.ingot.validate.weights.Side;
import java.io.IOException;
import java.util.Optional;

/** Input embeddings of one side, a row per distinct token: the matrix is never in memory as a whole. */
final class EmbeddingRows {
    private final DecoderRecipe recipe;
    private final TableRows tokens;
    private final Optional<TableRows> positions;

    EmbeddingRows(Side side) {
        this.recipe = side.recipe();
        this.tokens = new TableRows(side, recipe.embeddingModule(), recipe.hidden());
        this.positions = recipe.positions().map(table -> new TableRows(side, table.module(), recipe.hidden()));
    }

    /** windows x positions x hidden. */
    NDArray embed(NDManager manager, Batch batch) throws IOException {
        requirePositions(batch);
        int hidden = recipe.hidden();
        int[] inputs = batch.inputs();
        float scale = recipe.embeddingScale();
        float[] values = new float[Math.multiplyExact(inputs.length, hidden)];
        for (int i = 0; i < inputs.length; i++) {
            float[] row = tokens.row(inputs[i]);
            for (int j = 0; j < hidden; j++) {
                values[i * hidden + j] = row[j] * scale;
            }
            if (positions.isPresent()) {
                add(positions.get().row(i % batch.length()), values, i * hidden);
            }
        }
        return manager.create(values, new Shape(batch.windows().size(), batch.length(), hidden));
    }

    private void requirePositions(Batch batch) {
        Optional<PositionTable> table = recipe.positions();
        if (table.isPresent() && batch.length() > table.get().rows()) {
            throw new UnknownFamily("a text of %d tokens with a model of %d positions"
                    .formatted(batch.length(), table.get().rows()));
        }
    }

    private static void add(float[] row, float[] values, int at) {
        for (int j = 0; j < row.length; j++) {
            values[at + j] += row[j];
        }
    }
}
