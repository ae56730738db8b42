package dev.ingot.validate.forward;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.ingot.validate.measure.RunningHead;
import dev.ingot.validate.measure.SideSums;
import dev.ingot.validate.measure.TokenScores;
import dev.ingot.validate.measure.Window;
import dev.ingot.validate.weights.Ahead;
import dev.ingot.validate.weights.LoadedHead;
import dev.ingot.validate.weights.LoadedNorm;
import dev.ingot.validate.weights.Side;
import dev.ingot.validate.weights.Slabs;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Final norm and output embedding of the three sides, or of one, a stretch of the vocabulary at a time. */
final class Head {
    private static final long STRETCH_BYTES = 4 << 20;
    private static final long LOGITS = 1 << 18;

    private final NDManager manager;
    private final Slabs slabs;
    private final Cores cores;
    private final List<Side> sides;
    private final List<Streams> streams;
    private final List<Batch> batches;

    private final Passed passed;

    /** @param streams behind the last layer, one for each side */
    Head(
            NDManager manager,
            Slabs slabs,
            Cores cores,
            List<Side> sides,
            List<Streams> streams,
            List<Batch> batches,
            Passed passed) {
        this.manager = manager;
        this.slabs = slabs;
        this.cores = cores;
        this.sides = sides;
        this.streams = streams;
        this.batches = batches;
        this.passed = passed;
    }

    /** @param head of base, unmerged and merged */
    static TokenScores score(Head head, List<Batch> batches) throws IOException, InterruptedException {
        List<RunningHead> running =
                batches.stream().map(batch -> new RunningHead(batch.tokens())).toList();
        head.pass(running.stream().<HeadSums>map(HeadSums.Three::new).toList());
        return collect(batches, running);
    }

    /** Negative log-likelihoods by one model, window after window. */
    static double[] losses(Head head, List<Batch> batches) throws IOException, InterruptedException {
        List<SideSums> sums =
                batches.stream().map(batch -> new SideSums(batch.tokens())).toList();
        head.pass(sums.stream().<HeadSums>map(HeadSums.Alone::new).toList());
        return IntStream.range(0, sums.size())
                .boxed()
                .flatMapToDouble(
                        b -> IntStream.range(0, batches.get(b).tokens()).mapToDouble(sums.get(b)::loss))
                .toArray();
    }

    private void pass(List<HeadSums> sums) throws IOException, InterruptedException {
        List<List<NDArray>> normed = normAll();
        List<Ahead.Load<LoadedHead>> stretches = stretches();
        try (Ahead<LoadedHead> ahead = new Ahead<>(stretches)) {
            for (int i = 0; i < stretches.size(); i++) {
                try (LoadedHead head = ahead.take()) {
                    cores.run(batches.size(), b -> addStretch(head, normed.get(b), batches.get(b), sums.get(b)));
                    passed.head(head.rows(), sides.getFirst().recipe().hidden(), sides.size(), i + 1, stretches.size());
                }
            }
        }
    }

    private List<Ahead.Load<LoadedHead>> stretches() {
        long vocabulary = sides.getFirst().recipe().vocabulary();
        long rows = Math.clamp(STRETCH_BYTES / (4L * sides.getFirst().recipe().hidden()), 1, vocabulary);
        List<Ahead.Load<LoadedHead>> loads = new ArrayList<>();
        for (long first = 0; first < vocabulary; first += rows) {
            long from = first;
            long count = Math.min(rows, vocabulary - first);
            loads.add(() -> LoadedHead.load(slabs, sides, from, count));
        }
        return loads;
    }

    /** By batch, then by side: tokens x hidden. */
    private List<List<NDArray>> normAll() throws IOException {
        List<List<NDArray>> normed = new ArrayList<>();
        for (int b = 0; b < batches.size(); b++) {
            normed.add(new ArrayList<>());
        }
        for (int s = 0; s < sides.size(); s++) {
            Side side = sides.get(s);
            try (Arena arena = Arena.ofShared()) {
                LoadedNorm norm = LoadedNorm.load(arena, side, side.recipe().finalNorm());
                for (int b = 0; b < batches.size(); b++) {
                    normed.get(b).add(norm(side, streams.get(s).batch(b), norm, batches.get(b)));
                }
            }
        }
        return normed;
    }

    /** Takes the place of the stream, which is freed. */
    private NDArray norm(Side side, NDArray stream, LoadedNorm norm, Batch batch) {
        try (NDManager scope = manager.newSubManager()) {
            stream.attach(scope);
            NDArray normed = LayerMath.norm(scope, stream, norm)
                    .reshape(batch.tokens(), side.recipe().hidden());
            normed.attach(manager);
            return normed;
        }
    }

    private void addStretch(LoadedHead head, List<NDArray> normed, Batch batch, HeadSums sums) {
        int step = (int) Math.clamp(LOGITS / head.rows(), 1, batch.tokens());
        int[] targets = batch.targets();
        for (int from = 0; from < batch.tokens(); from += step) {
            int to = Math.min(from + step, batch.tokens());
            try (NDManager scope = manager.newSubManager()) {
                addTokens(scope, head, normed, targets, from, to, sums);
            }
        }
    }

    private void addTokens(
            NDManager scope, LoadedHead head, List<NDArray> normed, int[] targets, int from, int to, HeadSums sums) {
        List<HeadMath> math = new ArrayList<>();
        for (int s = 0; s < sides.size(); s++) {
            NDArray x = normed.get(s).get(scope, rows(from, to));
            math.add(new HeadMath(
                    scope, x, head.sides().get(s), sides.get(s).recipe().logitsSoftcap(), sums.type()));
        }
        sums.add(from, targets, head.first(), head.rows(), math, targetsWithin(scope, head, targets, from, to));
    }

    private static NDIndex rows(int from, int to) {
        return new NDIndex().addSliceDim(from, to);
    }

    /** Index of each target in the stretch; 0 for one outside it, whose figure nobody uses. */
    private static NDArray targetsWithin(NDManager scope, LoadedHead head, int[] targets, int from, int to) {
        long[] within = new long[to - from];
        for (int i = 0; i < within.length; i++) {
            long at = targets[from + i] - head.first();
            within[i] = at >= 0 && at < head.rows() ? at : 0;
        }
        return scope.create(within, new Shape(within.length));
    }

    private static TokenScores collect(List<Batch> batches, List<RunningHead> running) {
        TokenScores scores =
                new TokenScores(batches.stream().mapToInt(Batch::tokens).sum());
        int at = 0;
        for (int b = 0; b < batches.size(); b++) {
            int token = 0;
            for (Window window : batches.get(b).windows()) {
                for (int i = 0; i < window.predicted(); i++, token++, at++) {
                    scores.set()[at] = window.set();
                    running.get(b).finish(token, scores, at);
                }
            }
        }
        return scores;
    }
}
