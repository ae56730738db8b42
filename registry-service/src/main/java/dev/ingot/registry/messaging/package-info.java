/** Belongs here: the registry's channels: broadcasts come in, run.requested goes out. */
@NullMarked
package dev.ingot.registry.messaging;

import org.jspecify.annotations.NullMarked;
