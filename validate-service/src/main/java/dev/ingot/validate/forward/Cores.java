package dev.ingot.validate.forward;

import ai.djl.pytorch.jni.JniUtils;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.function.IntConsumer;

/**
 * Spreads independent pieces over the cores. With a piece per core or more, each runs on one core, which scales where torch's own threads wait for
 * one another; with fewer, one piece runs at a time on all cores.
 */
final class Cores implements AutoCloseable {
    private final ExecutorService threads;

    Cores(int cores, int pieces) {
        int abreast = pieces >= cores ? cores : 1;
        JniUtils.setNumThreads(cores / abreast);
        ThreadFactory plain = Thread.ofPlatform().name("validate-", 0).daemon().factory();
        threads = Executors.newFixedThreadPool(abreast, work -> plain.newThread(() -> withoutGradients(work)));
    }

    /** Torch need not remember how anything was made; it asks per thread. */
    private static void withoutGradients(Runnable work) {
        JniUtils.setGradMode(false);
        work.run();
    }

    /** Runs all pieces and waits for them; a failure of one is thrown once all have ended. */
    void run(int pieces, IntConsumer piece) throws InterruptedIOException {
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < pieces; i++) {
            int index = i;
            running.add(threads.submit(() -> piece.accept(index)));
        }
        try {
            for (Future<?> each : running) {
                each.get();
            }
        } catch (ExecutionException e) {
            running.forEach(each -> each.cancel(false));
            if (e.getCause() instanceof RuntimeException failed) {
                throw failed;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            running.forEach(each -> each.cancel(false));
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted during the forward pass");
        }
    }

    /** Waits for pieces that still run, so that no weights are freed under them. */
    @Override
    public void close() {
        threads.close();
    }
}
