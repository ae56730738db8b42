package dev.ingot.validate.weights;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Loads one block ahead of the computation, on a thread of its own: while block i is computed with, block i + 1 is read. */
public final class Ahead<T extends AutoCloseable> implements AutoCloseable {
    private final ExecutorService reader = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("validate-reader").daemon().factory());
    private final Deque<Load<T>> waiting;
    private @Nullable Future<T> next;

    /** Reads one block. */
    @FunctionalInterface
    public interface Load<T> {
        T load() throws IOException;
    }

    /** Begins with the first load at once. */
    public Ahead(List<Load<T>> loads) {
        waiting = new ArrayDeque<>(loads);
        next = submit();
    }

    private @Nullable Future<T> submit() {
        Load<T> load = waiting.poll();
        return load == null ? null : reader.submit(load::load);
    }

    /** The next block, which the caller closes; IllegalStateException when all were taken. */
    public T take() throws IOException, InterruptedException {
        if (next == null) {
            throw new IllegalStateException("all blocks were taken");
        }
        try {
            T block = await(next);
            next = submit();
            return block;
        } catch (IOException | RuntimeException | Error e) {
            next = null; // thrown here, and not once more when this is closed
            throw e;
        }
    }

    /** The result, or the failure as it was thrown. */
    static <T> T await(Future<T> future) throws IOException, InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException failed -> throw failed;
                case RuntimeException failed -> throw failed;
                case Error failed -> throw failed;
                case null, default -> throw new IllegalStateException(e.getCause());
            }
        }
    }

    /** Waits for a load in progress and discards its block. */
    @Override
    public void close() throws IOException {
        reader.shutdown();
        if (next == null) {
            return;
        }
        try (T block = await(next)) {
            next = null;
        } catch (IOException e) {
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a block was read");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
