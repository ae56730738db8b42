package dev.ingot.pipeline.source.hub;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** The hub cannot answer now; the same request may succeed later. */
final class HubUnavailable extends IOException {
    private static final long serialVersionUID = 1;
    private final transient Optional<Duration> retryAfter;

    HubUnavailable(String sentence, Optional<Duration> retryAfter) {
        super(sentence);
        this.retryAfter = retryAfter;
    }

    Optional<Duration> retryAfter() {
        return retryAfter;
    }
}
