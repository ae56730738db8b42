package dev.ingot.pipeline.event;

import dev.ingot.pipeline.RunRef;
import java.time.Instant;

/**
 * What every event carries.
 *
 * @param id unique per emission; a re-emitted event has a new one
 * @param run the run it is about, and the key under which it is sent
 * @param at when it was emitted
 */
public record EventHeader(String id, RunRef run, Instant at) {}
