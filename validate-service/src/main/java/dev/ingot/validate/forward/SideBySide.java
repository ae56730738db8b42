package dev.ingot.validate.forward;

import ai.djl.ndarray.NDManager;
import dev.ingot.pipeline.work.Progress;
import dev.ingot.validate.measure.TokenScores;
import dev.ingot.validate.measure.Window;
import dev.ingot.validate.weights.Ahead;
import dev.ingot.validate.weights.LoadedBlock;
import dev.ingot.validate.weights.LoadedBlock.SideWeights;
import dev.ingot.validate.weights.Side;
import dev.ingot.validate.weights.Slabs;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs base, base + adapter and the merged model over the same windows, block by block: the weights of one attention or feed-forward block are in
 * memory, all windows pass through it, then through the next one. What base and base + adapter have in common is loaded once for both. Memory: a block
 * in use and the next one being read, in float32, which is at most a decoder layer, of a mixture at most 64 MiB of experts each; a stream of tokens x
 * hidden for each side, three more for each side whose mixture is under way; and on each core what one window makes in a block.
 */
public final class SideBySide {
    private final List<Side> sides;
    private final List<Batch> batches;
    private final int threads;
    private final Passed passed;

    private SideBySide(List<Side> sides, List<Window> windows, int threads, Progress progress) {
        this.sides = sides;
        this.batches = Batch.of(windows);
        this.threads = threads;
        long tokens = windows.stream().mapToLong(Window::predicted).sum();
        this.passed = new Passed(progress, tokens, sides);
    }

    /** Scores every predicted token of the windows, in their order. The sides have equally many layers and one vocabulary. */
    public static TokenScores run(
            Side base, Side unmerged, Side merged, List<Window> windows, int threads, Progress progress)
            throws IOException, InterruptedException {
        List<Side> sides = List.of(base, unmerged, merged);
        SideBySide run = new SideBySide(sides, windows, threads, progress);
        return run.run((manager, slabs, cores, streams) ->
                Head.score(new Head(manager, slabs, cores, sides, streams, run.batches, run.passed), run.batches));
    }

    /** Negative log-likelihood, in nats, of every predicted token of the windows by one model, in their order. */
    public static double[] losses(Side side, List<Window> windows, int threads, Progress progress)
            throws IOException, InterruptedException {
        SideBySide run = new SideBySide(List.of(side), windows, threads, progress);
        return run.run((manager, slabs, cores, streams) -> Head.losses(
                new Head(manager, slabs, cores, List.of(side), streams, run.batches, run.passed), run.batches));
    }

    /** What is made of the streams behind the last layer. */
    private interface End<T> {
        T of(NDManager manager, Slabs slabs, Cores cores, List<Streams> streams) throws IOException, InterruptedException;
    }

    private <T> T run(End<T> end) throws IOException, InterruptedException {
        try (Arena arena = Arena.ofShared();
                Slabs slabs = new Slabs();
                NDManager manager = Torch.open();
                Cores cores = new Cores(threads, batches.size())) {
            List<Streams> streams = new ArrayList<>();
            for (Side side : sides) {
                streams.add(Streams.embed(arena, manager, side, batches));
            }
            passAll(slabs, cores, streams, new Positions(arena));
            return end.of(manager, slabs, cores, streams);
        }
    }

    private void passAll(Slabs slabs, Cores cores, List<Streams> streams, Positions positions)
            throws IOException, InterruptedException {
        int layers = sides.getFirst().recipe().layers().size();
        List<Ahead.Load<LoadedBlock>> loads = loads(slabs, layers);
        try (Ahead<LoadedBlock> ahead = new Ahead<>(loads)) {
            for (int step = 0; step < loads.size(); step++) {
                int layer = layers * step / loads.size() + 1;
                try (LoadedBlock block = ahead.take()) {
                    for (SideWeights weights : block.sides()) {
                        streams.get(at(weights.side())).pass(cores, positions, weights);
                        passed.block(weights.recipe(), layer, layers);
                    }
                }
            }
        }
    }

    private int at(Side side) {
        return sides.size() == 1 ? 0 : side.variant().ordinal();
    }

    /** Base and unmerged share most of a block and take turns with merged, which has its own. */
    private List<Ahead.Load<LoadedBlock>> loads(Slabs slabs, int layers) {
        List<List<Side>> groups =
                sides.size() == 1 ? List.of(sides) : List.of(sides.subList(0, 2), sides.subList(2, 3));
        List<Ahead.Load<LoadedBlock>> loads = new ArrayList<>();
        for (int i = 0; i < layers; i++) {
            int layer = i;
            for (List<Side> together : groups) {
                int blocks = together.getFirst()
                        .recipe()
                        .layers()
                        .get(layer)
                        .blocks()
                        .size();
                for (int b = 0; b < blocks; b++) {
                    int block = b;
                    loads.add(() -> LoadedBlock.load(slabs, together, layer, block));
                }
            }
        }
        return loads;
    }
}
