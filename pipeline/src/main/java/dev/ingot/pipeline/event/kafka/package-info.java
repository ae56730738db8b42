/** Belongs here: the event port over Kafka: share groups for work, plain consumers for broadcasts. */
@NullMarked
package dev.ingot.pipeline.event.kafka;

import org.jspecify.annotations.NullMarked;
