package dev.ingot.pipeline.source.hub;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;

/**
 * How often a request that failed is sent again, and after what pause: twice as long each time, or as long as the hub asks for.
 *
 * @param attempts in a row without a new byte
 * @param longest pause; a hub that asks for a longer one has failed
 */
record HubPatience(int attempts, Duration first, Duration longest, Pause pause) {
    static final HubPatience USUAL =
            new HubPatience(6, Duration.ofSeconds(1), Duration.ofMinutes(1), duration -> Thread.sleep(duration));

    /** A machine without network, or a wrong endpoint, is not worth half a minute of silence. */
    private static final int UNREACHABLE = 3;

    private static boolean isUnreachable(IOException e) {
        return e instanceof ConnectException || e instanceof UnknownHostException;
    }

    /** Lets time pass. */
    @FunctionalInterface
    interface Pause {
        void rest(Duration duration) throws InterruptedException;
    }

    /** A request, or the rest of a download. */
    @FunctionalInterface
    interface Call<T> {
        T call() throws IOException;
    }

    /** Calls until it succeeds; IOException that names {@code what} when patience is at its end. */
    <T> T until(String what, Call<T> call) throws IOException {
        for (int failed = 1; ; failed++) {
            try {
                return call.call();
            } catch (IOException e) {
                rest(what, failed, e);
            }
        }
    }

    /** Waits after the {@code failed}-th failure in a row, or throws that it was one too many. */
    void rest(String what, int failed, IOException e) throws IOException {
        if (e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException)) {
            throw e;
        }
        Optional<Duration> asked =
                e instanceof HubUnavailable unavailable ? unavailable.retryAfter() : Optional.empty();
        Duration wait = asked.orElseGet(() -> first.multipliedBy(1L << Math.min(failed - 1, 20)));
        boolean tooLong = asked.isPresent() && wait.compareTo(longest) > 0;
        if (failed >= (isUnreachable(e) ? Math.min(attempts, UNREACHABLE) : attempts) || tooLong) {
            throw new IOException(
                    "%s failed%s: %s"
                            .formatted(what, failed == 1 ? "" : " " + failed + " times in a row", e.getMessage()),
                    e);
        }
        try {
            pause.rest(wait.compareTo(longest) > 0 ? longest : wait);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted while waiting for the hub").initCause(stopped);
        }
    }
}
