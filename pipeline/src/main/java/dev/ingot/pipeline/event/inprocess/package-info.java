/** Belongs here: the event port within one process, for one-shot commands and tests. */
@NullMarked
package dev.ingot.pipeline.event.inprocess;

import org.jspecify.annotations.NullMarked;
