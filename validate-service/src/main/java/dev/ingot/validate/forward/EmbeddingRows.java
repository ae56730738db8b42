package dev.ingot.validate.forward;

import dev.ingot.validate.family.DecoderRecipe;
import dev.ingot.validate.family.DecoderRecipe.PositionTable;
import dev.ingot.validate.family.UnknownFamily;
import dev.ingot.validate.weights.Side;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Input embeddings of one side: every distinct token's row is read once, in the order of the table, and only one is ever in memory. */
final class EmbeddingRows {
    private final DecoderRecipe recipe;
    private final TableRows tokens;
    private final Optional<TableRows> positions;

    EmbeddingRows(Side side) {
        this.recipe = side.recipe();
        this.tokens = new TableRows(side, recipe.embeddingModule(), recipe.hidden());
        this.positions = recipe.positions().map(table -> new TableRows(side, table.module(), recipe.hidden()));
    }

    /** Embeds all tokens of the batches, one after the other: tokens x hidden. */
    void embed(List<Batch> batches, MemorySegment into) throws IOException {
        for (Batch batch : batches) {
            requirePositions(batch);
        }
        int known = -1;
        float[] row = {};
        for (long each : placesByToken(batches)) {
            int token = (int) (each >> Integer.SIZE);
            if (token != known) {
                known = token;
                row = scaled(tokens.row(token));
            }
            MemorySegment.copy(row, 0, into, ValueLayout.JAVA_FLOAT, offset((int) each), row.length);
        }
        if (positions.isPresent()) {
            addPositions(positions.get(), batches, into);
        }
    }

    /** Token in the upper half, its place among all in the lower one; sorted. */
    private static long[] placesByToken(List<Batch> batches) {
        int[] inputs =
                batches.stream().flatMapToInt(batch -> Arrays.stream(batch.inputs())).toArray();
        long[] places = new long[inputs.length];
        for (int i = 0; i < places.length; i++) {
            places[i] = (long) inputs[i] << Integer.SIZE | i;
        }
        Arrays.sort(places);
        return places;
    }

    private float[] scaled(float[] row) {
        for (int j = 0; j < row.length; j++) {
            row[j] *= recipe.embeddingScale();
        }
        return row;
    }

    private void addPositions(TableRows table, List<Batch> batches, MemorySegment into) throws IOException {
        int longest = batches.stream().mapToInt(Batch::length).max().orElse(0);
        for (int position = 0; position < longest; position++) {
            float[] row = table.row(position);
            int start = 0;
            for (Batch batch : batches) {
                for (int at = position; position < batch.length() && at < batch.tokens(); at += batch.length()) {
                    add(row, into, offset(start + at));
                }
                start += batch.tokens();
            }
        }
    }

    private long offset(int place) {
        return (long) place * recipe.hidden() * Float.BYTES;
    }

    private void requirePositions(Batch batch) {
        Optional<PositionTable> table = recipe.positions();
        if (table.isPresent() && batch.length() > table.get().rows()) {
            throw new UnknownFamily("a text of %d tokens with a model of %d positions"
                    .formatted(batch.length(), table.get().rows()));
        }
    }

    private static void add(float[] row, MemorySegment into, long offset) {
        for (int j = 0; j < row.length; j++) {
            long at = offset + (long) j * Float.BYTES;
            into.set(ValueLayout.JAVA_FLOAT, at, into.get(ValueLayout.JAVA_FLOAT, at) + row[j]);
        }
    }
}
