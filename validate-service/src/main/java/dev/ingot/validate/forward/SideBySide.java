package dev.ingot.validate.forward;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.ingot.pipeline.work.Progress;
import dev.ingot.validate.family.BlockRecipe;
import dev.ingot.validate.family.BlockRecipe.LayerTable;
import dev.ingot.validate.measure.TokenScores;
import dev.ingot.validate.measure.Window;
import dev.ingot.validate.weights.Ahead;
import dev.ingot.validate.weights.LoadedBlock;
import dev.ingot.validate.weights.LoadedBlock.SideWeights;
import dev.ingot.validate.weights.Side;
import dev.ingot.validate.weights.Slabs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs base, base + adapter and the merged model over the same windows, block by block: the weights of one attention or feed-forward block are in
 * memory, all windows pass through it, then through the next one. What base and base + adapter have in common is loaded once for both. Memory: a block
 * in use and the next one being read, in float32, which is at most a decoder layer, of a mixture at most 64 MiB of experts each; plus three streams of
 * tokens x hidden, and three more for each side whose mixture is under way.
 */
public final class SideBySide {
    private final List<Side> sides;
    private final List<Batch> batches;
    private final int threads;
    private final Progress progress;
    private final long tokens;

    private SideBySide(List<Side> sides, List<Window> windows, int threads, Progress progress) {
        this.sides = sides;
        this.batches = Batch.of(windows);
        this.threads = threads;
        this.progress = progress;
        this.tokens = windows.stream().mapToLong(Window::predicted).sum();
    }

    /** Scores every predicted token of the windows, in their order. The sides have equally many layers and one vocabulary. */
    public static TokenScores run(
            Side base, Side unmerged, Side merged, List<Window> windows, int threads, Progress progress)
            throws IOException, InterruptedException {
        List<Side> sides = List.of(base, unmerged, merged);
        return new SideBySide(sides, windows, threads, progress)
                .run((manager, slabs, cores, streams, batches) ->
                        Head.score(manager, slabs, cores, sides, streams, batches));
    }

    /** Negative log-likelihood, in nats, of every predicted token of the windows by one model, in their order. */
    public static double[] losses(Side side, List<Window> windows, int threads, Progress progress)
            throws IOException, InterruptedException {
        return new SideBySide(List.of(side), windows, threads, progress)
                .run((manager, slabs, cores, streams, batches) ->
                        Head.losses(manager, slabs, cores, side, streams.getFirst(), batches));
    }

    /** What is made of the streams behind the last layer. */
    private interface End<T> {
        T of(NDManager manager, Slabs slabs, Cores cores, List<Streams> streams, List<Batch> batches)
                throws IOException, InterruptedException;
    }

    private <T> T run(End<T> end) throws IOException, InterruptedException {
        try (Slabs slabs = new Slabs();
                NDManager manager = Torch.open();
                Cores cores = new Cores(threads, batches.size())) {
            List<Streams> streams = new ArrayList<>();
            for (Side side : sides) {
                streams.add(Streams.embed(manager, side, batches));
            }
            passAll(slabs, cores, streams);
            return end.of(manager, slabs, cores, streams, batches);
        }
    }

    private void passAll(Slabs slabs, Cores cores, List<Streams> streams) throws IOException, InterruptedException {
        int layers = sides.getFirst().recipe().layers().size();
        Positions positions = new Positions();
        List<Ahead.Load<LoadedBlock>> loads = loads(slabs, layers);
        try (Ahead<LoadedBlock> ahead = new Ahead<>(loads)) {
            for (int step = 0; step < loads.size(); step++) {
                try (LoadedBlock block = ahead.take()) {
                    for (SideWeights weights : block.sides()) {
                        streams.get(at(weights.side())).pass(cores, positions, weights);
                    }
                }
                progress.at(
                        tokens * (step + 1) / loads.size(),
                        tokens,
                        "tokens",
                        "layer " + (layers * step / loads.size() + 1) + " of " + layers);
            }
        }
    }

    private int at(Side side) {
        return sides.size() == 1 ? 0 : side.variant().ordinal();
    }

    /** Base and unmerged share most of a block and take turns with merged, which has its own. */
    private List<Ahead.Load<LoadedBlock>> loads(Slabs slabs, int layers) {
        List<List<Side>> groups = sides.size() == 1 ? List.of(sides) : List.of(sides.subList(0, 2), sides.subList(2, 3));
        List<Ahead.Load<LoadedBlock>> loads = new ArrayList<>();
        for (int i = 0; i < layers; i++) {
            int layer = i;
            for (List<Side> together : groups) {
                int blocks =
                        together.getFirst().recipe().layers().get(layer).blocks().size();
                for (int b = 0; b < blocks; b++) {
                    int block = b;
                    loads.add(() -> LoadedBlock.load(slabs, together, layer, block));
                }
            }
        }
        return loads;
    }

    /** The residual streams of one side, one array per batch: windows x positions x hidden; and what else goes from block to block. */
    static final class Streams {
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

        static Streams embed(NDManager manager, Side side, List<Batch> batches) throws IOException {
            EmbeddingRows rows = new EmbeddingRows(side);
            boolean comesBack = side.recipe().layers().stream()
                    .flatMap(layer -> layer.blocks().stream())
                    .anyMatch(BlockRecipe.LayerInput.class::isInstance);
            Streams streams = new Streams(manager, batches);
            for (int i = 0; i < batches.size(); i++) {
                streams.arrays[i] = rows.embed(manager, batches.get(i));
                streams.carried[i] = new Carried(manager);
                if (comesBack) {
                    streams.carried[i].embed(streams.arrays[i]);
                }
            }
            return streams;
        }

        NDArray batch(int index) {
            return arrays[index];
        }

        void pass(Cores cores, Positions positions, SideWeights weights) throws IOException {
            if (weights.recipe() instanceof BlockRecipe.LayerInput block) {
                readInputs(weights.side(), block.table());
            }
            cores.run(arrays.length, i -> {
                try (NDManager scope = manager.newSubManager()) {
                    arrays[i].attach(scope);
                    NDArray after = new LayerMath(scope, weights, positions, carried[i]).apply(arrays[i]);
                    after.attach(manager);
                    arrays[i] = after;
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
}
