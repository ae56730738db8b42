package dev.ingot.pipeline.tile;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Computes tiles in parallel and commits them in order: what is written does not depend on the number of threads. A worker holds one tile at a
 * time, so memory is bounded by the workers. Where several tiles fail, the first of them in order decides what is thrown.
 */
public final class OrderedTiles {
    private final int tiles;
    private final List<Thread> helpers = new ArrayList<>();
    private int next;
    private int turn;
    private @Nullable Throwable failure;

    private OrderedTiles(int tiles) {
        this.tiles = tiles;
    }

    /** What one thread does; never used by two threads. */
    public interface Worker {
        /** Works out one tile into the worker's own buffers. */
        void compute(int tile) throws IOException;

        /** Writes the tile computed last; called for tile 0, 1, 2, … in this order over all workers, never two at once. */
        void commit(int tile) throws IOException;
    }

    /** Runs tiles 0 to {@code tiles - 1}; returns when all are committed. The calling thread is one of the threads. */
    public static void run(int tiles, int threads, Supplier<? extends Worker> workers)
            throws IOException, InterruptedException {
        OrderedTiles work = new OrderedTiles(tiles);
        try {
            Worker own = workers.get();
            for (int i = 1; i < Math.min(threads, tiles); i++) {
                Worker worker = workers.get();
                work.help(Thread.ofPlatform().name("tiles-" + i).unstarted(() -> work.run(worker)));
            }
            work.run(own);
        } catch (RuntimeException | Error e) {
            work.fail(e);
        }
        work.join();
        work.rethrow();
    }

    private synchronized void help(Thread helper) {
        helpers.add(helper);
        helper.start();
    }

    private void run(Worker worker) {
        try {
            for (int tile = take(); tile >= 0; tile = take()) {
                Throwable broken = compute(worker, tile);
                if (!awaitTurn(tile)) {
                    return;
                }
                if (broken != null) {
                    fail(broken);
                    return;
                }
                worker.commit(tile);
                passTurn();
            }
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            fail(e);
        }
    }

    private static @Nullable Throwable compute(Worker worker, int tile) {
        try {
            worker.compute(tile);
            return null;
        } catch (IOException | RuntimeException | Error e) {
            return e;
        }
    }

    private synchronized int take() {
        return failure == null && next < tiles ? next++ : -1;
    }

    private synchronized boolean awaitTurn(int tile) throws InterruptedException {
        while (turn != tile && failure == null) {
            wait();
        }
        return failure == null;
    }

    private synchronized void passTurn() {
        turn++;
        notifyAll();
    }

    /** Wakes who waits for a turn, and interrupts who reads or computes: what they do is no longer wanted. */
    private synchronized void fail(Throwable reason) {
        if (failure == null) {
            failure = reason;
            notifyAll();
            helpers.forEach(Thread::interrupt);
        }
    }

    /** Returns only when no helper runs any more, so that what they work on can be closed. */
    private void join() {
        boolean joined = false;
        while (!joined) {
            try {
                for (Thread helper : helpers) {
                    helper.join();
                }
                joined = true;
            } catch (InterruptedException e) {
                fail(e);
            }
        }
    }

    private synchronized void rethrow() throws IOException, InterruptedException {
        switch (failure) {
            case null -> {}
            case IOException e -> throw e;
            case InterruptedException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException("a tile failed", failure);
        }
    }
}
