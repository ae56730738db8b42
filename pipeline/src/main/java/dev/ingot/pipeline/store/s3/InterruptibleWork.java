package dev.ingot.pipeline.store.s3;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Work on a virtual thread, because an interrupt reaches one even inside a socket read. Returns only when the work has ended, so that
 * buffers are the caller's again.
 */
final class InterruptibleWork {
    private InterruptibleWork() {}

    static void run(String what, Work work) throws IOException {
        FutureTask<Void> task = new FutureTask<>(() -> {
            work.run();
            return null;
        });
        Thread thread = Thread.ofVirtual().name("s3-read").start(task);
        try {
            thread.join();
            task.get();
        } catch (InterruptedException e) {
            thread.interrupt();
            joinWhateverHappens(thread);
            throw S3Calls.interrupted(what, e);
        } catch (ExecutionException e) {
            throw S3Calls.failure(what, e.getCause() == null ? e : e.getCause());
        }
    }

    private static void joinWhateverHappens(Thread thread) {
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException alreadyKnown) {
                thread.interrupt();
            }
        }
    }

    /** What to do; may block. */
    interface Work {
        void run() throws IOException;
    }
}
