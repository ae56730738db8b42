package dev.ingot.dequant;

import java.time.Duration;

/**
 * How much of a team's dequantized shards is kept.
 *
 * @param maxBytes of one team's shards, together
 * @param maxAge since a shard was last made or found
 * @param grace longer than the longest task: for so long a shard stays after nothing names it any more
 */
record CacheLimits(long maxBytes, Duration maxAge, Duration grace) {
    CacheLimits {
        if (maxBytes < 0 || !maxAge.isPositive() || !grace.isPositive()) {
            throw new IllegalArgumentException(
                    "expected max-bytes of 0 or more, a max-age and a grace period, found %d, %s and %s"
                            .formatted(maxBytes, maxAge, grace));
        }
    }
}
