package dev.ingot.pipeline.store.s3;

import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A request that the service did not fulfil; status 0 when no answer came, so that nobody knows whether it was carried out. */
final class S3Failure extends IOException {
    private static final long serialVersionUID = 1L;

    /** Named in a body although the status says otherwise, or under a status that does not mean "try again" by itself. */
    private static final Set<String> TRANSIENT_CODES = Set.of(
            "ConditionalRequestConflict",
            "OperationAborted",
            "RequestTimeout",
            "SlowDown",
            "SlowDownWrite",
            "SlowDownRead",
            "InternalError",
            "ServiceUnavailable",
            "Throttling",
            "ThrottlingException");

    private final int status;
    private final String code;

    S3Failure(String message, int status, String code, @Nullable Throwable cause) {
        super(message, cause);
        this.status = status;
        this.code = code;
    }

    int status() {
        return status;
    }

    boolean isMissing() {
        return status == 404;
    }

    /** The object of a conditional write exists, or the one of a conditional read is another by now. */
    boolean isPreconditionFailed() {
        return status == 412;
    }

    /** Whether the same request may succeed a moment later. */
    boolean isTransient() {
        return status == 0
                || status == 408
                || status == 429
                || (status >= 500 && status != 501)
                || TRANSIENT_CODES.contains(code);
    }
}
