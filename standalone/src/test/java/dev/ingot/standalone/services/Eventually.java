package dev.ingot.standalone.services;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waits for what other processes do, by asking again until a deadline. */
final class Eventually {
    private static final CountDownLatch NEVER = new CountDownLatch(1);

    private Eventually() {}

    /** Something that is so, or not yet. */
    interface Condition {
        boolean holds() throws Exception;
    }

    /** Returns when it holds; AssertionError after {@code limit}. */
    static void holds(String what, Duration limit, Condition condition) throws Exception {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("within " + limit.toSeconds() + " s it did not come about that " + what);
            }
            if (NEVER.await(50, TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("never came");
            }
        }
    }
}
