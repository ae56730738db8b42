/** Belongs here: how a task is done once although its event may come twice, late or after a crash. */
@NullMarked
package dev.ingot.pipeline.work;

import org.jspecify.annotations.NullMarked;
