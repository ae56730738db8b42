package dev.ingot.pipeline.event;

import java.time.Duration;

/**
 * How long released work waits before it is delivered again: doubling from {@code first} up to {@code longest}.
 *
 * @param first wait after the first delivery
 */
public record RetryDelay(Duration first, Duration longest) {
    public static final RetryDelay DEFAULT = new RetryDelay(Duration.ofMillis(500), Duration.ofSeconds(20));

    public RetryDelay {
        if (first.isNegative() || longest.compareTo(first) < 0) {
            throw new IllegalArgumentException("a retry delay from " + first + " to " + longest);
        }
    }

    /** Wait after the delivery with this number, from 1. */
    public Duration after(int delivery) {
        Duration doubled = first.multipliedBy(1L << Math.clamp(delivery - 1, 0, 20));
        return doubled.compareTo(longest) < 0 ? doubled : longest;
    }
}
