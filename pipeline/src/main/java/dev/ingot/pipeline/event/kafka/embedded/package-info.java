/** Belongs here: a real broker inside the JVM, for the all-in-one process and for tests. Needs the server's jars, which are optional. */
@NullMarked
package dev.ingot.pipeline.event.kafka.embedded;

import org.jspecify.annotations.NullMarked;
