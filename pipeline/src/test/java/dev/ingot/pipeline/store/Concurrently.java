package dev.ingot.pipeline.store;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Starts workers at the same moment and gathers what they answer. */
public final class Concurrently {
    private Concurrently() {}

    public static <T> List<T> run(int workers, Work<T> work) throws Exception {
        CyclicBarrier start = new CyclicBarrier(workers);
        try (ExecutorService threads = Executors.newFixedThreadPool(workers)) {
            List<Future<T>> futures = new ArrayList<>();
            for (int number = 0; number < workers; number++) {
                int worker = number;
                futures.add(threads.submit(() -> {
                    start.await(30, TimeUnit.SECONDS);
                    return work.run(worker);
                }));
            }
            List<T> answers = new ArrayList<>();
            for (Future<T> future : futures) {
                answers.add(future.get(60, TimeUnit.SECONDS));
            }
            return answers;
        }
    }

    /** What worker number {@code worker} (from 0) does. */
    public interface Work<T> {
        T run(int worker) throws Exception;
    }
}
