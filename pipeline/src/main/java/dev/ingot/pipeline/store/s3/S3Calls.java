package dev.ingot.pipeline.store.s3;

import io.minio.errors.ErrorResponseException;
import io.minio.errors.ServerException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** Waits for requests: an interrupt ends the wait, failures become {@link S3Failure}, transient ones are tried again. */
final class S3Calls {
    private static final Logger LOG = Logger.getLogger(S3Calls.class);
    private static final int TRIES = 5;
    private static final long FIRST_PAUSE_MILLIS = 50;

    private S3Calls() {}

    /** One try. {@code what} names verb, object and bucket for the message. */
    static <T> T once(String what, Supplier<CompletableFuture<T>> request) throws IOException {
        CompletableFuture<T> answer = start(request);
        try {
            return answer.get();
        } catch (InterruptedException e) {
            closeWhenItComes(answer);
            throw interrupted(what, e);
        } catch (ExecutionException e) {
            throw failure(what, e.getCause() == null ? e : e.getCause());
        }
    }

    /** Tries again while the failure is transient; for requests that may be carried out twice. */
    static <T> T retrying(String what, Supplier<CompletableFuture<T>> request) throws IOException {
        return retrying(what, () -> once(what, request));
    }

    static <T> T retrying(String what, Request<T> request) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                return request.send();
            } catch (S3Failure e) {
                if (!e.isTransient() || attempt == TRIES) {
                    throw e;
                }
                LOG.debugf("S3 request failed, trying again: attempt=%d reason=%s", attempt, e.getMessage());
                pause(what, attempt);
            }
        }
    }

    static void pause(String what, int attempt) throws InterruptedIOException {
        long limit = FIRST_PAUSE_MILLIS << attempt;
        try {
            Thread.sleep(ThreadLocalRandom.current().nextLong(limit / 2, limit));
        } catch (InterruptedException e) {
            throw interrupted(what, e);
        }
    }

    static InterruptedIOException interrupted(String what, Exception cause) {
        Thread.currentThread().interrupt();
        InterruptedIOException e = new InterruptedIOException("interrupted while trying to " + what);
        e.initCause(cause);
        return e;
    }

    static S3Failure failure(String what, Throwable thrown) {
        Throwable cause =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        if (cause instanceof ErrorResponseException e) {
            // A completed upload may report a failure under status 200.
            int status = e.response().code() < 400 ? 500 : e.response().code();
            String code = e.errorResponse().code();
            return new S3Failure(
                    "could not " + what + ": " + status + " " + code + ", "
                            + e.errorResponse().message(),
                    status,
                    code,
                    e);
        }
        if (cause instanceof ServerException e) {
            return new S3Failure("could not " + what + ": status " + e.statusCode(), e.statusCode(), "", e);
        }
        return new S3Failure("could not " + what + ": " + cause, 0, "", cause);
    }

    private static <T> CompletableFuture<T> start(Supplier<CompletableFuture<T>> request) {
        try {
            return request.get();
        } catch (CompletionException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static void closeWhenItComes(CompletableFuture<?> answer) {
        var _ = answer.whenComplete((value, failure) -> {
            if (value instanceof AutoCloseable closeable) {
                try {
                    closeable.close();
                } catch (Exception e) {
                    LOG.debug("S3 answer that nobody waits for could not be closed", e);
                }
            }
        });
    }

    /** A request in blocking style. */
    interface Request<T> {
        T send() throws IOException;
    }
}
