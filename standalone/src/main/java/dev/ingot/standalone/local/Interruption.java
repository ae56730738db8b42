package dev.ingot.standalone.local;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** While open, Ctrl-C and SIGTERM interrupt a thread and wait until it has tidied up, so that a stopped run leaves nothing behind. */
final class Interruption implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final CountDownLatch tidied = new CountDownLatch(1);
    private volatile @Nullable Thread hook;
    private volatile boolean asked;

    private Interruption() {}

    static Interruption watch(Thread worker) {
        Interruption interruption = new Interruption();
        Thread hook = new Thread(() -> interruption.stop(worker), "stop");
        interruption.hook = hook;
        Runtime.getRuntime().addShutdownHook(hook);
        return interruption;
    }

    /** Whether the process was told to stop. */
    boolean wasAsked() {
        return asked;
    }

    private void stop(Thread worker) {
        asked = true;
        worker.interrupt();
        try {
            if (!tidied.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                System.err.println("stopped before everything could be tidied up");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The thread is done, with or without having been interrupted. */
    @Override
    public void close() {
        tidied.countDown();
        Thread known = hook;
        if (known != null) {
            try {
                Runtime.getRuntime().removeShutdownHook(known);
            } catch (IllegalStateException stopping) {
                // the hook is what runs now; it ends by itself
                return;
            }
        }
    }
}
