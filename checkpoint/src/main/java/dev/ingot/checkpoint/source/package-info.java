/** Belongs here: the port through which a checkpoint's files are read by ranges, wherever they lie. */
@NullMarked
package dev.ingot.checkpoint.source;

import org.jspecify.annotations.NullMarked;
