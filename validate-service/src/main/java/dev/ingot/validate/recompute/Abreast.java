package dev.ingot.validate.recompute;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs independent pieces on some threads, begun in their order. */
final class Abreast {
    private Abreast() {}

    /** The results in the order of the pieces; the failure of the first that failed is thrown once none runs any more. */
    static <T> List<T> run(int threads, List<Callable<T>> pieces) throws IOException {
        try (ExecutorService pool = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().name("validate-weights-", 0).daemon().factory())) {
            List<Future<T>> running = pieces.stream().map(pool::submit).toList();
            try {
                return results(running);
            } finally {
                running.forEach(each -> each.cancel(false));
            }
        }
    }

    private static <T> List<T> results(List<Future<T>> running) throws IOException {
        List<T> results = new ArrayList<>();
        for (Future<T> each : running) {
            try {
                results.add(each.get());
            } catch (ExecutionException e) {
                switch (e.getCause()) {
                    case IOException failed -> throw failed;
                    case RuntimeException failed -> throw failed;
                    case Error failed -> throw failed;
                    case null, default -> throw new IllegalStateException(e.getCause());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while weights were recomputed");
            }
        }
        return results;
    }
}
