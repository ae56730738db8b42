package dev.ingot.validate.forward;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.ingot.validate.family.BlockRecipe;
import dev.ingot.validate.family.BlockRecipe.LayerTable;
import dev.ingot.validate.weights.LoadedBlock.SideWeights;
import dev.ingot.validate.weights.Side;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** The residual streams of one side, one array per batch: windows x positions x hidden, changed in place; and what else goes from block to block. */
final class Streams {
    private final NDManager manager;
    private final List<Batch> batches;
    private final NDArray[] arrays;
    private final Carried[] carried;

    private Streams(NDManager manager, List<Batch> batches) {
        this.manager = manager;
        this.batches = batches;
        this.arrays = new NDArray[batches.size()];
        this.carried = new Carried[batches.size()];
    }

    /** The embedded tokens; closed, with all that is made of them, by the manager and, after that, the arena. */
    static Streams embed(Arena arena, NDManager manager, Side side, List<Batch> batches) throws IOException {
        boolean comesBack = side.recipe().layers().stream()
                .flatMap(layer -> layer.blocks().stream())
                .anyMatch(BlockRecipe.LayerInput.class::isInstance);
        long perToken = (long) side.recipe().hidden() * Float.BYTES;
        long tokens = batches.stream().mapToLong(Batch::tokens).sum();
        MemorySegment memory = arena.allocate(tokens * perToken, Floats.ALIGNMENT);
        new EmbeddingRows(side).embed(batches, memory);
        Streams streams = new Streams(manager, batches);
        long at = 0;
        for (int i = 0; i < batches.size(); i++) {
            Batch batch = batches.get(i);
            MemorySegment own = memory.asSlice(at, batch.tokens() * perToken);
            Shape shape = new Shape(
                    batch.windows().size(), batch.length(), side.recipe().hidden());
            streams.arrays[i] = Floats.array(manager, own, shape);
            streams.carried[i] = new Carried(manager);
            if (comesBack) {
                streams.carried[i].embed(streams.arrays[i]);
            }
            at += own.byteSize();
        }
        return streams;
    }

    NDArray batch(int index) {
        return arrays[index];
    }

    /** Adds to every stream what the block makes of it. */
    void pass(Cores cores, Positions positions, SideWeights weights) throws IOException {
        if (weights.recipe() instanceof BlockRecipe.LayerInput block) {
            readInputs(weights.side(), block.table());
        }
        cores.run(arrays.length, i -> {
            try (LayerMath math = new LayerMath(new Scope(manager), weights, positions, carried[i])) {
                math.addTo(math.scope().view(arrays[i]));
            }
        });
    }

    /** What the table of a layer has for every token. */
    private void readInputs(Side side, LayerTable table) throws IOException {
        TableRows rows = new TableRows(side, table.module(), table.columns());
        for (int i = 0; i < carried.length; i++) {
            int[] tokens = batches.get(i).inputs();
            float[] values = new float[tokens.length * table.width()];
            for (int t = 0; t < tokens.length; t++) {
                float[] own = rows.stretch(tokens[t], table.first(), table.width());
                for (int j = 0; j < own.length; j++) {
                    values[t * own.length + j] = own[j] * table.scale();
                }
            }
            carried[i].layerInput(values);
        }
    }
}
