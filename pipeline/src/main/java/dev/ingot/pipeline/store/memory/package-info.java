/** Belongs here: the object store that lives in the process: for tests and for what need not outlive it. */
@NullMarked
package dev.ingot.pipeline.store.memory;

import org.jspecify.annotations.NullMarked;
