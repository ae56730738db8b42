package dev.ingot.arithmetic;

import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Independent parts of one large computation, shared among the threads of the JVM's common pool. Which thread takes a part must not change its result. */
public final class Parts {
    private static final String COMMON_POOL = "java.util.concurrent.ForkJoinPool.common.parallelism";

    private Parts() {}

    /** Limits the threads of this process that take parts, the one that waits for them included. The pool reads its limit when it is first used. */
    public static void limit(int threads) {
        System.setProperty(COMMON_POOL, String.valueOf(threads - 1));
    }

    /** Does all of {@code [from, to)}; returns when they are done. */
    public static void each(int from, int to, IntConsumer part) {
        IntStream range = IntStream.range(from, to);
        (isAlone() ? range : range.parallel()).forEach(part);
    }

    /** A pool of no threads gets some as soon as anyone runs an asynchronous task in it. */
    private static boolean isAlone() {
        return "0".equals(System.getProperty(COMMON_POOL));
    }
}
