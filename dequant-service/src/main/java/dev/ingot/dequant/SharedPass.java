package dev.ingot.dequant;

import java.io.IOException;
import java.io.InterruptedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Work on a whole value that is done once, by all threads that need its result: each takes part, a chunk at a time, until nothing is left, and then
 * waits for the others. Where a chunk fails, all get its failure.
 */
final class SharedPass {
    private final int chunks;
    private int next;
    private int done;
    private @Nullable Throwable failure;

    SharedPass(int chunks) {
        this.chunks = chunks;
    }

    /** One chunk's work; chunks run in any order and at the same time. */
    interface Work {
        void run(int chunk) throws IOException;
    }

    /** Returns when every chunk is done; what they wrote is visible then. */
    void complete(Work work) throws IOException {
        for (int chunk = take(); chunk >= 0; chunk = take()) {
            try {
                work.run(chunk);
                finish();
            } catch (IOException | RuntimeException | Error e) {
                fail(e);
            }
        }
        await();
    }

    private synchronized int take() {
        return failure == null && next < chunks ? next++ : -1;
    }

    private synchronized void finish() {
        done++;
        notifyAll();
    }

    private synchronized void fail(Throwable reason) {
        failure = failure == null ? reason : failure;
        notifyAll();
    }

    private synchronized void await() throws IOException {
        while (done < chunks && failure == null) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while other threads worked on the same value");
            }
        }
        switch (failure) {
            case null -> {}
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException("a chunk failed", failure);
        }
    }
}
