package dev.ingot.pipeline.work;

import java.time.Instant;
import java.util.List;

/**
 * Says that a stalled run was pushed on.
 *
 * @param number of the sweep: time since the epoch in grace periods
 * @param events that were missing: kind, and shard where there is one
 */
public record SweepRecord(long number, String worker, Instant at, List<String> events) {
    public SweepRecord {
        events = List.copyOf(events);
    }
}
