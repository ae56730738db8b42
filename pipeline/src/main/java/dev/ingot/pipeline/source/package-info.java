/** Belongs here: where a checkpoint's files lie (folder, bucket), how a location opens, and what may not be opened. */
@NullMarked
package dev.ingot.pipeline.source;

import org.jspecify.annotations.NullMarked;
