package dev.ingot.validate.weights;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Threads that read one matrix together: on many cores, one thread alone cannot dequantize weights as fast as the others multiply with them. */
final class Readers implements AutoCloseable {
    private final int threads;
    private final ExecutorService others;

    /** Reads the pieces {@code [from, to)} of a matrix. */
    @FunctionalInterface
    interface Band {
        void read(long from, long to) throws IOException;
    }

    /** @param threads that read, the calling one among them */
    Readers(int threads) {
        this.threads = threads;
        this.others = Executors.newFixedThreadPool(
                threads,
                Thread.ofPlatform().name("validate-reader-", 0).daemon().factory());
    }

    /** Reads all pieces, neighbours on one thread; a failure is thrown once no thread writes any more. */
    void read(long pieces, Band band) throws IOException {
        long bands = Math.min(threads, pieces);
        List<Future<Void>> running = new ArrayList<>();
        for (long i = 1; i < bands; i++) {
            long from = pieces * i / bands;
            long to = pieces * (i + 1) / bands;
            running.add(others.submit(() -> {
                band.read(from, to);
                return null;
            }));
        }
        try {
            band.read(0, pieces / bands);
        } finally {
            await(running);
        }
    }

    private static void await(List<Future<Void>> running) throws IOException {
        for (Future<Void> each : running) {
            try {
                Ahead.await(each);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while a matrix was read");
            }
        }
    }

    /** Waits for bands that are still read. */
    @Override
    public void close() {
        others.close();
    }
}
