package dev.ingot.pipeline.work;

import java.util.Optional;

/**
 * Places at which a process can be told to die, to show that nothing is lost or done twice. Name one in the system property
 * {@code ingot.crash-at} or in {@code INGOT_CRASH_AT}: {@code merge.after-run-before-marker}.
 */
@FunctionalInterface
public interface CrashPoint {
    /** Exit status of a process that died at a crash point: that of a kill -9. */
    int STATUS = 137;

    /** Dies here if this point is armed. */
    void at(String point);

    /** Points that the environment arms; the JVM halts without running any hook. */
    static CrashPoint armedByEnvironment() {
        return CrashPoint::hit;
    }

    /** Halts if the environment arms this point. */
    static void hit(String point) {
        if (point.equals(Armed.POINT.orElse(null))) {
            Runtime.getRuntime().halt(STATUS);
        }
    }

    /** Read once: a crash point costs nothing in ordinary life. */
    final class Armed {
        private static final Optional<String> POINT =
                Optional.ofNullable(System.getProperty("ingot.crash-at", System.getenv("INGOT_CRASH_AT")));

        private Armed() {}
    }
}
