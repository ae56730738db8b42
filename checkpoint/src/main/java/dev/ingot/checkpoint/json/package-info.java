/** Belongs here: strict JSON as checkpoints hold it, read with caps and written in the order it was read. */
@NullMarked
package dev.ingot.checkpoint.json;

import org.jspecify.annotations.NullMarked;
