/** Belongs here: what happened, as past-tense records without a trace of Kafka or JSON, and the port that carries them. */
@NullMarked
package dev.ingot.pipeline.event;

import org.jspecify.annotations.NullMarked;
