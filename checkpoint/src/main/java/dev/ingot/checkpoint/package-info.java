/** Belongs here: the vocabulary of checkpoints that every reader shares (dtype, shape, tensor, refusal). Reads, decides nothing. */
@NullMarked
package dev.ingot.checkpoint;

import org.jspecify.annotations.NullMarked;
