package dev.ingot.pipeline.event;

import dev.ingot.pipeline.RunRef;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;

/**
 * What every event carries.
 *
 * @param id unique per emission; a re-emitted event has a new one
 * @param run the run it is about, and the key under which it is sent
 * @param at when it was emitted
 */
public record EventHeader(String id, RunRef run, Instant at) {
    /** The header of an event that is about to be emitted. */
    public static EventHeader now(RunRef run, Clock clock) {
        return new EventHeader(UUID.randomUUID().toString(), run, clock.instant());
    }
}
