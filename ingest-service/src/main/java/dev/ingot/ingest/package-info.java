/** Belongs here: the ingest service. */
@NullMarked
package dev.ingot.ingest;

import org.jspecify.annotations.NullMarked;
