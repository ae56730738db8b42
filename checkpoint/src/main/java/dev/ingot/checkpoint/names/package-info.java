/** Belongs here: what wrappers, trainers and releases of transformers make of a tensor's name, and the way back to the names that a base has on disk. */
@NullMarked
package dev.ingot.checkpoint.names;

import org.jspecify.annotations.NullMarked;
