/** Belongs here: what executes a plan: values, their deltas in float32, one rounding, and the files of the checkpoint. */
@NullMarked
package dev.ingot.merge;

import org.jspecify.annotations.NullMarked;
